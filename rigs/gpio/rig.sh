#!/usr/bin/env bash
# Button, lamp, buzzer and chain of boards on a kernel's own GPIO chip (gpio-sim in a virtual machine), through gpiozero and lgpio.
. "$(dirname "${BASH_SOURCE[0]}")/../store.sh"
. "$rigs/vm/kernel.sh"
. "$rigs/vm/vm.sh"
need_root
kernel=$(vm_kernel)
run=$(mktemp -d "$images/run-XXXXXX")
trap 'rm -rf "$run"' EXIT
printf 'product=%q kernel=%q\n. %q\n' "$product" "$kernel" "$rigs/gpio/guest.sh" >"$run/guest.sh"
if ! vm_run "$kernel" "$run/guest.sh" "$run/console" 900; then
  tail -n 60 "$run/console" >&2
  stop "Chân GPIO: có phép thử không đạt, xem ở trên." "GPIO: a check has failed, or the machine did not come up; see above."
fi
tr -d '\r' <"$run/console" | grep -a '^gpio '
