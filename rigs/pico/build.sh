#!/usr/bin/env bash
# The Pico's image into a folder: rigs/pico/build.sh FOLDER (firmware.uf2 for the BOOTSEL drive, firmware.bin, firmware.elf).
. "$(dirname "${BASH_SOURCE[0]}")/../store.sh"
. "$rigs/pico/firmware.sh"
[ $# = 1 ] || stop "Cách dùng: rigs/pico/build.sh THƯ_MỤC" "Usage: rigs/pico/build.sh FOLDER"
need_root
made=$(pico_firmware)
mkdir -p "$1"
cp "$made"/firmware.{uf2,bin,elf} "$1/"
say "$1/firmware.uf2"
