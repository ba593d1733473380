#!/usr/bin/env bash
# The microcontroller's image that ships, built from Debian's sources, on an emulated RP2040: 27 conversations with the bridge's own code.
. "$(dirname "${BASH_SOURCE[0]}")/../store.sh"
. "$rigs/pico/firmware.sh"
need_root
firmware=$(pico_firmware)
emulator=$(pico_emulator)
# What is used is a copy: the store is read-only to the tests.
export MOTCUA_RIG_FIRMWARE=$firmware/firmware.uf2 MOTCUA_RIG_EMULATOR=$emulator PYTHONPATH=$emulator/python
cd "$product"
.venv/bin/python -m pytest -q -p no:cacheprovider rigs/pico
