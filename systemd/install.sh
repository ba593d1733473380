#!/usr/bin/env bash
# Install, update or remove Một Cửa Edge on Raspberry Pi OS or Debian 12/13.
#
#   sudo systemd/install.sh [--site NAME]     install or update; a second run changes nothing
#   systemd/install.sh --dry-run              say what would be done, do nothing
#   sudo systemd/install.sh --uninstall       remove programs and services; ledger, settings and voice stay
#   systemd/install.sh --root DIR …           into the tree DIR (images, tests): nothing of the running machine is touched
#   --no-python                               leave the virtual environment alone (the tree has its own)
#
# /etc/motcua/site.toml is written once and never again: it belongs to the technician.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source_dir=$(dirname "$here")
root="" site=one-pi dry=0 uninstall=0 python_env=1 changed=0

say() { printf '%s\n' "$1"; [ $# -lt 2 ] || printf '  %s\n' "$2"; }
stop() { say "$@" >&2; exit "${code:-2}"; }

while [ $# -gt 0 ]; do
  case "$1" in
    --root) [ $# -ge 2 ] || stop "Thiếu thư mục sau --root." "--root needs a folder."; root=${2%/}; shift ;;
    --root=*) root=${1#--root=}; root=${root%/} ;;
    --site) [ $# -ge 2 ] || stop "Thiếu tên điểm sau --site." "--site needs a name."; site=$2; shift ;;
    --site=*) site=${1#--site=} ;;
    --dry-run) dry=1 ;;
    --uninstall) uninstall=1 ;;
    --no-python) python_env=0 ;;
    -h | --help) sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) stop "Không hiểu tùy chọn: $1. Xem --help." "Unknown option: $1. See --help." ;;
  esac
  shift
done

[ -z "$root" ] || [ -d "$root" ] || stop "Không có thư mục $root." "There is no folder $root."
if [ "$dry" = 0 ] && [ -z "$root" ] && [ "$(id -u)" != 0 ]; then
  code=77 stop "Cần quyền quản trị. Xin chạy: sudo $0" "This needs root. Please run: sudo $0 (or --dry-run to look first)"
fi
sites="$source_dir/config/sites"
[ -f "$sites/$site.toml" ] ||
  stop "Không có điểm mẫu “$site”. Có: $(cd "$sites" && ls ./*.toml | sed 's|./||;s|\.toml||' | paste -sd' ')" "No ready site of that name."

live=0; [ -n "$root" ] || live=1

# --- doing things once -----------------------------------------------------------------------------------------------
did() { changed=$((changed + 1)); if [ "$dry" = 1 ]; then say "[xem trước / dry run] $1" "$2"; else say "$1" "$2"; fi; }

# put FILE TARGET MODE: copy only when it differs
put() {
  local target=$root$2
  if [ -f "$target" ] && cmp -s "$1" "$target" && [ "$(stat -c %a "$target")" = "$3" ]; then return; fi
  did "Đặt $2" "put $2"
  [ "$dry" = 1 ] || { mkdir -p "$(dirname "$target")"; install -m "0$3" "$1" "$target.new"; mv -f "$target.new" "$target"; }
}

# link NAME TARGET: a symbolic link
link() {
  [ "$(readlink "$root$1" 2>/dev/null || true)" = "$2" ] && return
  did "Nối $1 → $2" "link $1 to $2"
  [ "$dry" = 1 ] || { mkdir -p "$(dirname "$root$1")"; ln -sfn "$2" "$root$1"; }
}

gone() {
  [ -e "$root$1" ] || [ -L "$root$1" ] || return 0
  did "Gỡ $1" "remove $1"
  [ "$dry" = 1 ] || rm -rf -- "$root/${1:?}"
}

units=(motcua.target motcua-hub.socket motcua-hub.service motcua-bridge.service motcua-kiosk.service)
unit_dir=/usr/local/lib/systemd/system
rules=/etc/udev/rules.d/70-motcua.rules
sysusers=/usr/local/lib/sysusers.d/motcua.conf
tmpfiles=/etc/tmpfiles.d/motcua.conf
journald=/etc/systemd/journald.conf.d/motcua.conf
modules=/etc/modules-load.d/motcua.conf

# --- uninstall -------------------------------------------------------------------------------------------------------
if [ "$uninstall" = 1 ]; then
  say "Gỡ Một Cửa Edge${root:+ khỏi $root}. Sổ số, thiết lập và tiếng nói được giữ lại." "Removing; ledger, settings and voice stay."
  if [ "$live" = 1 ] && [ "$dry" = 0 ] && command -v systemctl >/dev/null; then
    systemctl disable --now motcua.target motcua-hub.socket 2>/dev/null || true # not installed, or no systemd running
    systemctl stop "${units[@]}" 2>/dev/null || true
  fi
  gone /etc/systemd/system/multi-user.target.wants/motcua.target
  gone /etc/systemd/system/sockets.target.wants/motcua-hub.socket
  for each in "${units[@]}"; do gone "$unit_dir/$each"; done
  for each in "$rules" "$sysusers" "$tmpfiles" "$journald" "$modules" /usr/local/bin/motcua /opt/motcua; do gone "$each"; done
  if [ "$live" = 1 ] && [ "$dry" = 0 ] && command -v systemctl >/dev/null; then systemctl daemon-reload || true; fi
  say "Còn lại: /etc/motcua và /var/lib/motcua. Muốn xóa hẳn, xin tự xóa hai thư mục đó." "Left: /etc/motcua and /var/lib/motcua; remove them yourself if you mean to."
  exit 0
fi

say "Cài Một Cửa Edge${root:+ vào $root} (điểm mẫu: $site)." "Installing${root:+ into $root} (ready site: $site)."

# --- programs: one environment a version, switched by one link -------------------------------------------------------
find_python() {
  local each
  for each in /usr/bin/python3 python3; do # the system's own: lgpio, libcamera and picamera2 are built for it
    "$each" -c 'import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && { command -v "$each"; return 0; }
  done
  return 1
}

# The lock holds what the tests need too; a Pi's card need not carry linters and browsers' drivers.
running_only() {
  "$python" - "$source_dir" <<'PYTHON'
import re, sys, tomllib
from pathlib import Path

source = Path(sys.argv[1])
tools = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]["test"]
unwanted = {re.split(r"[<>=!~; \[]", each)[0].lower() for each in tools}
keep = True
for line in (source / "requirements.lock").read_text(encoding="utf-8").splitlines():
    start = re.match(r"([A-Za-z0-9_.-]+)==", line)
    if start:
        keep = start[1].lower() not in unwanted
    if keep:
        print(line)
PYTHON
}

# --- what the programs call: decoder, voice, sound, USB printers, letters behind Be Vietnam Pro -----------------------
if [ "$live" = 1 ] && [ "$dry" = 0 ] && [ "$python_env" = 1 ] && command -v apt-get >/dev/null; then
  wanted=()
  for each in "libzbar0t64|libzbar0" espeak-ng alsa-utils libusb-1.0-0 fonts-noto-core python3-venv; do
    here_already=0
    for name in ${each//|/ }; do
      [[ "$(dpkg-query -W -f='${Status}' "$name" 2>/dev/null)" != *'ok installed'* ]] || here_already=1
    done
    [ "$here_already" = 1 ] || wanted+=("$each")
  done
  if [ ${#wanted[@]} -gt 0 ]; then
    did "Cài gói hệ thống: ${wanted[*]%%|*}" "installing system packages"
    apt-get update -qq || true
    for each in "${wanted[@]}"; do
      ok=0
      for name in ${each//|/ }; do
        if DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$name" >/dev/null 2>&1; then ok=1; break; fi
      done
      [ "$ok" = 1 ] || say "Chưa cài được $each; motcua doctor sẽ nói thiếu gì." "$each could not be installed; motcua doctor will say what is missing."
    done
  fi
fi

if [ "$python_env" = 1 ]; then
  python=$(find_python) || code=1 stop "Cần Python 3.11, 3.12 hoặc 3.13 của hệ thống." "The system's Python 3.11, 3.12 or 3.13 is needed."
  made_from=$(cd "$source_dir" && {
    cat requirements.lock pyproject.toml
    "$python" --version
    find config queue_display firmware_bridge kiosk commune_server demo -type f ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  } | sha256sum | cut -c1-12)
  env_dir=/opt/motcua/env-$made_from
  if [ ! -f "$root$env_dir/.complete" ]; then
    did "Tạo môi trường Python $env_dir (vài phút)" "making the Python environment $env_dir (some minutes)"
    if [ "$dry" = 0 ]; then
      mkdir -p "$root/opt/motcua"
      # The system's packages are seen: lgpio, libcamera and picamera2 exist only there.
      "$python" -m venv --clear --system-site-packages "$root$env_dir"
      build=$(mktemp -d)
      trap 'rm -rf "$build"' EXIT
      running_only >"$build/requirements.lock"
      "$root$env_dir/bin/pip" install --quiet --disable-pip-version-check --require-hashes --no-deps -r "$build/requirements.lock" 2> >(grep -v 'is ignored: it is' >&2 || true)
      # A copy is built, so that the source tree is left as it was (and may be read-only).
      (cd "$source_dir" && tar cf - --exclude=__pycache__ pyproject.toml README.md LICENSE config queue_display firmware_bridge kiosk commune_server demo) | tar xf - -C "$build"
      "$root$env_dir/bin/pip" install --quiet --disable-pip-version-check --no-build-isolation --no-deps "$build" 2> >(grep -v 'is ignored: it is' >&2 || true)
      "$root$env_dir/bin/motcua" config check "$sites/$site.toml" >/dev/null
      # In a tree the scripts must name the place where they will run, not where they were made.
      [ -z "$root" ] || find "$root$env_dir/bin" -maxdepth 1 -type f -exec grep -qI "$root" {} \; -exec sed -i "s|$root||g" {} +
      touch "$root$env_dir/.complete"
      if "$python" -c 'import picamera2' 2>/dev/null && ! "$root$env_dir/bin/python" -c 'import picamera2' 2>/dev/null; then
        say "Lưu ý: picamera2 của hệ thống không chạy trong môi trường này; dùng scanner.source = \"v4l2:/dev/motcua/camera\"." "Note: the system's picamera2 does not load in this environment; use a V4L2 camera."
      fi
    fi
  fi
  link /opt/motcua/venv "$env_dir"
  # The last version stays for a way back; older ones go.
  if [ "$dry" = 0 ]; then
    while read -r old; do gone "${old#"$root"}"; done < <(ls -1dt "$root"/opt/motcua/env-* 2>/dev/null | grep -vxF "$root$env_dir" | tail -n +2)
  fi
fi
link /usr/local/bin/motcua /opt/motcua/venv/bin/motcua
for each in architecture.md hardware.md contracts.md; do
  [ ! -f "$source_dir/docs/$each" ] || put "$source_dir/docs/$each" "/opt/motcua/docs/$each" 644
done

# --- units and their surroundings ------------------------------------------------------------------------------------
for each in "${units[@]}"; do put "$here/$each" "$unit_dir/$each" 644; done
put "$here/udev/70-motcua.rules" "$rules" 644
put "$here/sysusers.d/motcua.conf" "$sysusers" 644
put "$here/tmpfiles.d/motcua.conf" "$tmpfiles" 644
put "$here/journald.conf.d/motcua.conf" "$journald" 644
put "$here/modules-load.d/motcua.conf" "$modules" 644
link /etc/systemd/system/multi-user.target.wants/motcua.target "$unit_dir/motcua.target"
link /etc/systemd/system/sockets.target.wants/motcua-hub.socket "$unit_dir/motcua-hub.socket"

# --- settings: once --------------------------------------------------------------------------------------------------
fresh=0
if [ ! -e "$root/etc/motcua/site.toml" ]; then
  fresh=1
  put "$sites/$site.toml" /etc/motcua/site.toml 640
else
  say "Giữ nguyên /etc/motcua/site.toml." "site.toml is left as it is."
fi

# --- users and folders -----------------------------------------------------------------------------------------------
if [ "$dry" = 0 ] && [ "$(id -u)" != 0 ]; then
  say "Không có quyền quản trị: người dùng và thư mục sẽ được tạo khi máy khởi động từ $root." "Not root: users and folders will be made when the tree boots."
elif [ "$dry" = 0 ]; then
  if command -v systemd-sysusers >/dev/null; then systemd-sysusers ${root:+--root="$root"} motcua.conf; fi
  if command -v systemd-tmpfiles >/dev/null; then systemd-tmpfiles ${root:+--root="$root"} --create motcua.conf; fi
fi

# --- the voice: clips once, recordings are never written over ---------------------------------------------------------
if [ "$live" = 1 ] && [ "$dry" = 0 ] && [ ! -d /var/lib/motcua/voice/north ] && [ -x /opt/motcua/venv/bin/motcua ]; then
  if /opt/motcua/venv/bin/motcua voice make --dir /var/lib/motcua/voice; then
    chown -R motcua-bridge: /var/lib/motcua/voice 2>/dev/null || true
  else
    say "Chưa có tiếng nói; số vẫn hiện trên bảng." "No voice yet; calls are still shown on the boards."
  fi
fi

# --- the running machine ---------------------------------------------------------------------------------------------
if [ "$live" = 1 ] && [ "$dry" = 0 ] && [ "$changed" -gt 0 ]; then
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl restart systemd-journald
    # A kernel without one of them has no such cables; it is said in the journal, and no reason to stop.
    systemctl restart systemd-modules-load || say "Có trình điều khiển không nạp được; xem journalctl -u systemd-modules-load." "A driver could not be loaded; see the journal."
    udevadm control --reload && udevadm trigger
    # A wrong setting must not stop a waiting room that runs: the new version is tried on the settings first.
    if /opt/motcua/venv/bin/motcua config check /etc/motcua/site.toml; then
      systemctl restart motcua.target motcua-hub.socket
      systemctl try-restart motcua-hub.service motcua-bridge.service motcua-kiosk.service
    else
      code=2 stop "Thiết lập có lỗi ở trên: dịch vụ đang chạy được giữ nguyên. Sửa /etc/motcua/site.toml rồi chạy lại." "The settings above are wrong: the running services were left alone."
    fi
  else
    say "systemd chưa chạy ở đây: dịch vụ sẽ tự khởi động lần mở máy tới." "systemd is not running here: services start at the next boot."
  fi
fi

if [ "$changed" = 0 ]; then
  say "Không có gì thay đổi." "Nothing changed."
else
  say "Xong: $changed thay đổi." "Done: $changed changes."
fi
[ "$fresh" = 0 ] || say "Việc tiếp theo: sửa /etc/motcua/site.toml cho đúng điểm này, rồi chạy: motcua doctor" "Next: make /etc/motcua/site.toml fit this site, then run: motcua doctor"
