#!/usr/bin/env bash
# The shipped picamera2 on libcamera's virtual camera: receipts to dossiers through the installed product, stalls, focus, no camera.
. "$(dirname "${BASH_SOURCE[0]}")/../store.sh"
. "$rigs/boot/tree.sh"
. "$rigs/camera/layer.sh"
need_root
need mmdebstrap debian-archive-keyring util-linux iproute2
base=$(bare_tree)
layer=$(pi_layer)
image=$(installed_tree)
run=$(mktemp -d "$images/run-XXXXXX")
trap 'rm -rf "$run"' EXIT
# A private network too: the servers of the walk are nobody else's.
unshare --mount --pid --net --fork --kill-child --propagation private \
  bash "$rigs/camera/room.sh" "$image/layer:$layer:$base" "$run" "$product" /opt/motcua/venv/bin/python -m pytest -q -ra \
  -p no:cacheprovider -c /srv/rig/camera/pytest.ini /srv/rig/camera
