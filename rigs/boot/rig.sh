#!/usr/bin/env bash
# The installed product boots under systemd (systemd-nspawn): started, killed, hung, rebooted, cut off, removed.
. "$(dirname "${BASH_SOURCE[0]}")/../store.sh"
. "$rigs/boot/tree.sh"
need_root
need systemd-container mmdebstrap debian-archive-keyring util-linux
base=$(bare_tree)
image=$(installed_tree)
export MOTCUA_RIG_TREE=$base MOTCUA_RIG_INSTALLED=$image
cd "$product"
exec .venv/bin/python -m pytest -q -p no:cacheprovider rigs/boot
