#!/usr/bin/env bash
# The kiosk on the kernel's own display and touch panel (KMSDRM, multi-touch) in a virtual machine: 40 touches, a ticket, a panel pulled.
. "$(dirname "${BASH_SOURCE[0]}")/../store.sh"
. "$rigs/boot/tree.sh"
. "$rigs/camera/layer.sh"
. "$rigs/vm/kernel.sh"
. "$rigs/vm/vm.sh"
need_root
need mmdebstrap debian-archive-keyring util-linux
"$product/.venv/bin/motcua" config check "$rigs/screen/site.toml" >/dev/null # before minutes are spent on it
kernel=$(vm_kernel)
base=$(bare_tree)
layer=$(pi_layer)
image=$(installed_tree)
run=$(mktemp -d "$images/run-XXXXXX")
trap 'rm -rf "$run"' EXIT

# Over the installed product: this site, the checks, and a unit that runs them and ends the machine.
mkdir -p "$run/layer/srv/rig" "$run/layer/etc/motcua" "$run/layer/etc/systemd/system/multi-user.target.wants"
cp "$rigs/screen/body.py" "$rigs/screen/finger.py" "$run/layer/srv/rig/"
cp "$rigs/screen/site.toml" "$run/layer/etc/motcua/"
cat >"$run/layer/srv/rig/run" <<EOF2
#!/bin/bash
$(declare -f end_guest)
exec >/dev/ttyS0 2>&1
modprobe uinput
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
cd /srv/rig
export PYTHONDONTWRITEBYTECODE=1
timeout 800 /opt/motcua/venv/bin/python -u body.py
end_guest \$?
EOF2
chmod 755 "$run" "$run/layer" "$run/layer/srv/rig/run"
cat >"$run/layer/etc/systemd/system/rig.service" <<'EOF2'
[Unit]
Description=The rig's checks
After=motcua.target
[Service]
ExecStart=/srv/rig/run
Environment=HOME=/root LANG=C.UTF-8
EOF2
ln -s ../rig.service "$run/layer/etc/systemd/system/multi-user.target.wants/rig.service"
# No wires here, and the console is ours.
for each in motcua-bridge.service serial-getty@ttyS0.service; do ln -s /dev/null "$run/layer/etc/systemd/system/$each"; done
# An emulated machine on a busy one may need minutes for what a Pi does in seconds; the boot rig tests the real limits.
for each in hub kiosk; do
  mkdir "$run/layer/etc/systemd/system/motcua-$each.service.d"
  printf '[Service]\nTimeoutStartSec=600\nWatchdogSec=300\n' >"$run/layer/etc/systemd/system/motcua-$each.service.d/slow.conf"
done
# The control socket is opened by `--virtual` alone, which would choose to have no screen.
cat >"$run/layer/etc/systemd/system/motcua-kiosk.service.d/control.conf" <<'EOF2'
[Service]
ExecStart=
ExecStart=/opt/motcua/venv/bin/motcua kiosk run --config /etc/motcua/site.toml --virtual /run/motcua-kiosk
Environment=SDL_VIDEODRIVER=kmsdrm
EOF2

if ! vm_run "$kernel" "tree:$run/layer:$image/layer:$layer:$base" "$run/console" 1200 \
  -device bochs-display,xres=1280,yres=800; then
  tail -n 100 "$run/console" >&2
  stop "Màn hình: có phép thử không đạt, xem ở trên." "Screen: a check has failed, or the machine did not come up; see above."
fi
tr -d '\r' <"$run/console" | grep -aoE 'screen (figure|[a-z_]+): .*' # systemd's lines may stand before ours
