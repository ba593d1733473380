#!/usr/bin/env bash
# Cables pulled and plugged: FTDI adapters on the installed product under systemd and udev in a virtual machine.
. "$(dirname "${BASH_SOURCE[0]}")/../store.sh"
. "$rigs/boot/tree.sh"
. "$rigs/vm/kernel.sh"
. "$rigs/vm/vm.sh"
need_root
need mmdebstrap debian-archive-keyring util-linux
"$product/.venv/bin/motcua" config check "$rigs/usb/site.toml" >/dev/null # before minutes are spent on it
kernel=$(vm_kernel)
base=$(bare_tree)
image=$(installed_tree)
run=$(mktemp -d "$images/run-XXXXXX")
sockets=$(mktemp -d /tmp/rig-XXXXXX) # a socket's name must be short
trap 'rm -rf "$run" "$sockets"' EXIT

# Over the installed product: this site, the checks, and a unit that runs them and ends the machine.
mkdir -p "$run/layer/srv/rig" "$run/layer/etc/motcua" "$run/layer/etc/systemd/system/multi-user.target.wants"
cp "$rigs/usb/body.py" "$run/layer/srv/rig/"
cp "$rigs/usb/site.toml" "$run/layer/etc/motcua/"
cat >"$run/layer/srv/rig/run" <<EOF2
#!/bin/bash
$(declare -f end_guest)
exec >/dev/ttyS0 2>&1
for each in libcomposite usb_f_acm usb_f_printer; do modprobe \$each; done
modprobe dummy_hcd num=2 is_super_speed=0
mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config
cd /srv/rig
timeout 1400 /opt/motcua/venv/bin/python -u body.py
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
# No screen here, and the console is ours.
for each in motcua-kiosk.service serial-getty@ttyS0.service; do ln -s /dev/null "$run/layer/etc/systemd/system/$each"; done

# An emulated machine on a busy one may need minutes for what a Pi does in seconds; the boot rig tests the real limits.
for each in hub bridge; do
  mkdir "$run/layer/etc/systemd/system/motcua-$each.service.d"
  printf '[Service]\nTimeoutStartSec=900\nWatchdogSec=300\n' >"$run/layer/etc/systemd/system/motcua-$each.service.d/slow.conf"
done

wire() { printf 'socket,id=%s,path=%s/%s,%s' "$1" "$sockets" "$2" "$3"; }
if ! vm_run "$kernel" "tree:$run/layer:$image/layer:$base" "$run/console" 1800 \
  -device qemu-xhci,id=xhci -chardev null,id=other \
  -chardev "$(wire monitor qmp server=on,wait=off)" -mon chardev=monitor,mode=control \
  -chardev "$(wire qmpline qmp server=off,reconnect=1)" -device isa-serial,chardev=qmpline,index=1 \
  -chardev "$(wire chip cable server=on,wait=off)" -device isa-serial,chardev=chip,index=2 \
  -chardev "$(wire bus1 cable server=off,reconnect=1)"; then
  tail -n 100 "$run/console" >&2
  stop "Dây USB: có phép thử không đạt, xem ở trên." "USB: a check has failed, or the machine did not come up; see above."
fi
tr -d '\r' <"$run/console" | grep -a '^usb '
