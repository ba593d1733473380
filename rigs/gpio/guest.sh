# In the virtual machine: the pins of a Raspberry Pi by the kernel's own simulator, and the product's panel on them.
#   guest.sh is run by a script that has set: product kernel
set -euo pipefail
version=$(uname -r)
modprobe -d "$kernel/tree" -S "$version" configfs
modprobe -d "$kernel/tree" -S "$version" gpio-sim-oot
mount -t configfs configfs /sys/kernel/config
chip=/sys/kernel/config/gpio-sim/header
mkdir -p "$chip/bank0"
echo 54 >"$chip/bank0/num_lines"
echo pinctrl-bcm2835 >"$chip/bank0/label"
# The kernel makes a line's switch only for lines that are named here.
for line in 5 6 8 10 11 12 13 17 22 23 24 27; do mkdir "$chip/bank0/line$line"; done
echo 1 >"$chip/live"
until [ -c /dev/gpiochip0 ]; do sleep 0.1; done
# gpiozero asks what Pi this is; a Pi 4B answers. The product's code is as it is.
{ cat /proc/cpuinfo; printf 'Revision\t: c03111\n'; } >/run/cpuinfo
mount --bind /run/cpuinfo /proc/cpuinfo
mkdir /run/gpio
cd "$product"
export PYTHONPATH=$product PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
.venv/bin/python -m tests.gpio.body --sim "/sys/devices/platform/$(cat "$chip/dev_name")/$(cat "$chip/bank0/chip_name")" \
  --chip-factory lgpio --folder /run/gpio
