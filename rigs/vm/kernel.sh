# A virtual machine's kernel: Debian's own, with the one driver Debian leaves out. Sourced after store.sh.
#   vm_kernel          prints the folder with vmlinuz, modules/ and the driver gpio-sim
#
# CONFIG_GPIO_SIM is not set in Debian's kernels; the driver's own two files build out of tree against the headers. They
# come from Debian's linux-source when they are needed: GPL code is not kept here.

vm_tools=(qemu-system-x86 busybox-static cpio kmod make gcc libc6-dev xz-utils)

kernel_name() {
  { apt-cache depends linux-image-amd64 2>/dev/null || true; } | awk '/Depends: linux-image/ && !n++ {print $2}'
}

make_kernel() {
  local half=$1 image=$2 headers=$3 source version=${2#linux-image-}
  source=$(apt-cache depends linux-source | awk '/Depends: linux-source/ && !n++ {print $2}')
  cd "$half"
  # Checked by apt against the release's signature; nothing of it is installed on this machine.
  apt-get download -qq "$image" "$source"
  dpkg-deb -x "$image"_*.deb tree
  mkdir driver
  dpkg-deb --fsys-tarfile "$source"_*.deb | tar -xO --wildcards "./*/$source.tar.xz" |
    tar -xJ --wildcards -C driver --strip-components=3 "$source/drivers/gpio/gpio-sim.c" "$source/drivers/gpio/gpiolib.h" "$source/kernel/irq/irq_sim.c"
  rm -f ./*.deb
  # Not exported to modules; the newer call does the same.
  sed -i 's/handle_simple_irq(irq_to_desc(irqnum));/generic_handle_irq_safe(irqnum);/' driver/irq_sim.c
  printf 'obj-m += gpio-sim-oot.o\ngpio-sim-oot-y := gpio-sim.o irq_sim.o\n' >driver/Kbuild
  nice make -s -C "$headers" M="$half/driver" modules
  mkdir "tree/lib/modules/$version/extra"
  cp driver/gpio-sim-oot.ko "tree/lib/modules/$version/extra/"
  rm -rf driver
  depmod -b "$half/tree" "$version"
  cp "tree/boot/vmlinuz-$version" vmlinuz
  echo "$version" >version
}

vm_kernel() {
  local image version headers id
  need "${vm_tools[@]}"
  image=$(kernel_name)
  if [ -z "$image" ]; then
    apt-get update -qq >/dev/null
    image=$(kernel_name)
  fi
  [ -n "$image" ] || stop "Không tìm thấy nhân Debian cho máy này." "No Debian kernel is known to apt here."
  version=${image#linux-image-}
  need "linux-headers-$version"
  headers=$(dirname "$(dpkg -L "linux-headers-$version" | awk '/\/Makefile$/ && !n++')")
  id=$({ echo "$image $(dpkg-query -W -f='${Version}' "linux-headers-$version")"; declare -f make_kernel; } | sha256sum | cut -c1-16)
  keep kernel "$id" make_kernel "$image" "$headers"
}
