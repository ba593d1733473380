# A virtual machine without KVM (a device node that opens is no proof that it works). Sourced after store.sh and kernel.sh.
#   vm_run KERNEL GUEST LOG SECONDS [QEMU OPTION…]
#       runs the script GUEST as root in a machine that sees this machine's files, read-only under a layer in memory;
#       its console goes to LOG; true when GUEST ended with 0. A guest that says nothing is ended after SECONDS.
#   GUEST may also be tree:FOLDER:FOLDER…, the layers of a tree that boots by its own systemd; what runs in it ends the
#       machine by `end_guest STATUS`, which is a program of that tree then.

# The debug exit: qemu ends with 2 × the byte + 1.
end_guest() {
  echo "guest: ended with $1"
  printf "\\x$(printf %02x "$1")" | dd of=/dev/port bs=1 seek=244 conv=notrunc 2>/dev/null
  poweroff -f
}

initramfs() {
  local kernel=$1 target=$2 version folder number=100 module
  version=$(cat "$kernel/version")
  folder=$(mktemp -d)
  mkdir -p "$folder"/{bin,modules,dev,proc,sys,lower,rw,new}
  cp "$(command -v busybox)" "$folder/bin/"
  for module in $(modprobe -d "$kernel/tree" -S "$version" --show-depends -a virtio_pci 9pnet_virtio 9p overlay |
    awk '$1 == "insmod" && !seen[$2]++ {print $2}'); do
    cp "$module" "$folder/modules/$((number += 1)).ko"
  done
  cat >"$folder/init" <<'INIT'
#!/bin/busybox sh
b=/bin/busybox
die() { echo "init: $1"; $b poweroff -f; }
$b mount -t proc proc /proc; $b mount -t sysfs sys /sys; $b mount -t devtmpfs dev /dev
for each in /modules/*.ko; do $b insmod "$each" || die "$each"; done
$b mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=1048576,cache=loose hostroot /lower || die "no files"
$b mount -t tmpfs -o size=1g rw /rw; $b mkdir /rw/u /rw/w
guest=$($b sed 's/.*guest=\([^ ]*\).*/\1/' /proc/cmdline)
kernel=$($b sed 's/.*kernel=\([^ ]*\).*/\1/' /proc/cmdline)
layers=/lower
case $guest in tree:*) layers=/lower$(echo "${guest#tree:}" | $b sed 's/:/:\/lower/g') ;; esac
$b mount -t overlay -o "lowerdir=$layers,upperdir=/rw/u,workdir=/rw/w" o /new || die "no overlay"
case $guest in tree:*)
  $b mkdir -p /new/usr/lib/modules
  $b mount --bind "/lower$kernel/tree/lib/modules" /new/usr/lib/modules
  for each in dev sys proc; do $b mount --move /$each /new/$each; done
  exec $b switch_root /new /usr/lib/systemd/systemd ;;
esac
for each in dev sys proc; do $b mount --move /$each /new/$each; done
$b mount -t tmpfs run /new/run
$b mkdir -p /new/dev/pts /new/dev/shm; $b mount -t devpts pts /new/dev/pts; $b mount -t tmpfs shm /new/dev/shm
$b ip link set lo up
exec $b switch_root /new /bin/bash -c '
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
  bash "$1"; status=$?
  '"$($b cat /end_guest)"'
  end_guest "$status"' guest "$guest" </dev/console >/dev/console 2>&1
INIT
  declare -f end_guest >"$folder/end_guest"
  chmod +x "$folder/init"
  (cd "$folder" && find . | cpio -o -H newc --quiet | gzip -1) >"$target"
  rm -rf "$folder"
}

vm_run() {
  local kernel=$1 guest=$2 log=$3 seconds=$4 status=0 initrd
  shift 4
  initrd=$(mktemp)
  initramfs "$kernel" "$initrd"
  # setpriv: whoever is killed takes the machine along.
  setpriv --pdeathsig KILL timeout --kill-after=5 "$seconds" setpriv --pdeathsig KILL qemu-system-x86_64 \
    -M q35 -accel tcg,thread=multi -cpu max -smp 2 -m 2G -nodefaults -no-user-config -display none -no-reboot \
    -serial stdio -kernel "$kernel/vmlinuz" -initrd "$initrd" \
    -append "console=ttyS0 quiet panic=-1 mitigations=off nokaslr guest=$guest kernel=$kernel" \
    -virtfs local,path=/,mount_tag=hostroot,security_model=none,multidevs=remap,readonly=on \
    -device isa-debug-exit,iobase=0xf4,iosize=4 "$@" </dev/null >"$log" 2>&1 || status=$?
  rm -f "$initrd"
  [ "$status" = 1 ]
}
