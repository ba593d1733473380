#!/usr/bin/env bash
# Set the product up on Debian 12/13 or Raspberry Pi OS: system packages, virtual environment, the `motcua` command.
# Usage: .ci/setup.sh run|test      (test adds what only the tests need)
# Idempotent: a stamp holds what the environment was made from; nothing is done while it holds.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-run}
venv=.venv
stamp=$venv/.motcua-stamp-$what

say() { printf '%s\n' "$*"; }

# --- Python 3.11 to 3.13 that really starts --------------------------------------------------------------------------
find_python() {
  local each
  for each in "${PYTHON:-}" python3 python3.11 python3.12 python3.13 /usr/bin/python3; do
    [ -n "$each" ] || continue
    if "$each" -c 'import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      command -v "$each"
      return 0
    fi
  done
  return 1
}

# --- Debian packages -------------------------------------------------------------------------------------------------
# Not through a pipe: with pipefail, grep -q leaving early would turn "found" into "failed".
have() { [[ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null)" == *'ok installed'* ]]; }
known() { [[ "$(apt-cache policy "$1" 2>/dev/null)" =~ Candidate:\ [^\(] ]]; }

packages=(mosquitto espeak-ng fonts-noto-core openssl)
[ "$what" = test ] && packages+=(chromium chromium-driver strace systemd xvfb xdotool)
missing=()
for each in "${packages[@]}"; do have "$each" || missing+=("$each"); done
have libzbar0 || have libzbar0t64 || missing+=(ZBAR)
# Python's own venv module is a package of its own on Debian.
if python=$(find_python); then
  "$python" -c 'import ensurepip, venv' 2>/dev/null || missing+=("python3-venv")
else
  missing+=(python3 python3-venv)
fi

if [ ${#missing[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null; then
    say "Máy này không có apt-get; cần cài tay: ${missing[*]}"
    say "This machine has no apt-get; please install by hand: ${missing[*]}"
  else
    run=()
    [ "$(id -u)" = 0 ] || run=(sudo -n)
    if [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; then
      say "Cài gói hệ thống / installing system packages: ${missing[*]}"
      export DEBIAN_FRONTEND=noninteractive
      "${run[@]}" apt-get update -qq || say "apt-get update: không xong, thử tiếp / did not finish, going on"
      wanted=()
      for each in "${missing[@]}"; do
        if [ "$each" = ZBAR ]; then if known libzbar0t64; then each=libzbar0t64; else each=libzbar0; fi; fi
        if known "$each"; then wanted+=("$each"); else say "Không có gói $each ở đây / no package $each here"; fi
      done
      # Debian 13 and later carry MicroPython; before that its wheel is in the lock (x86_64).
      if known micropython && ! have micropython; then wanted+=(micropython); fi
      [ ${#wanted[@]} -eq 0 ] || "${run[@]}" apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null ||
        say "Chưa cài được hết / not all could be installed: ${wanted[*]}"
    else
      say "Chưa có quyền cài gói. Xin chạy / no right to install packages. Please run:"
      say "  sudo apt-get install --no-install-recommends ${missing[*]/ZBAR/libzbar0}"
      say "Đi tiếp với những gì có / going on with what is here."
    fi
  fi
fi

python=$(find_python) || {
  say "Cần Python 3.11, 3.12 hoặc 3.13 / Python 3.11, 3.12 or 3.13 is needed."
  exit 1
}

# --- the virtual environment -----------------------------------------------------------------------------------------
made_from=$({ cat requirements.lock .ci/axe.lock pyproject.toml .ci/setup.sh; "$python" -c 'import sys; print(sys.version)'; pwd; } | sha256sum | cut -d' ' -f1)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$made_from" ]; then
  say "Tạo môi trường $venv / making the environment $venv ($("$python" --version))"
  [ -x "$venv/bin/python" ] && "$venv/bin/python" -c "import sys; raise SystemExit(sys.version_info[:2] != $("$python" -c 'import sys; print(tuple(sys.version_info[:2]))'))" 2>/dev/null ||
    "$python" -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --require-hashes -r requirements.lock 2> >(grep -v 'is ignored: it is' >&2 || true)
  "$venv/bin/pip" install --quiet --no-build-isolation --no-deps -e . 2> >(grep -v 'is ignored: it is' >&2 || true)
  # axe-core comes inside a package whose own dependency is a whole browser driver; we need the one file.
  if [ "$what" = test ]; then "$venv/bin/pip" install --quiet --require-hashes --no-deps -r .ci/axe.lock 2> >(grep -v 'is ignored: it is' >&2 || true); fi
  # pygame and pygame-ce share one folder: with both, nobody knows which one runs.
  if "$venv/bin/pip" show pygame >/dev/null 2>&1; then
    say "Có cả pygame lẫn pygame-ce / both pygame and pygame-ce are installed: make clean, then make setup"
    exit 1
  fi
  printf '%s' "$made_from" >"$stamp"
fi

if ! command -v micropython >/dev/null && [ ! -x "$venv/bin/micropython" ]; then
  say "Không có MicroPython cho máy này: phòng chờ ảo chạy không có nút và bảng / no MicroPython for this machine: the virtual room runs without button and boards."
fi
