# What every rig stands on, to be sourced: Debian packages, the cache of images, Debian's next release.
#
#   need PACKAGE…                 install what is missing, or stop with a sentence
#   keep NAME KEY BUILD [ARG…]    print the folder of image NAME made from KEY; `BUILD FOLDER ARG…` fills it when it is not there
#   key FILE…                     hash of files and folders (contents and names), for keep
#   next_release FOLDER           a private apt configuration for trixie in FOLDER; prints the file for APT_CONFIG
#
# An image is made in a folder of its own and renamed when it is whole: a run that was killed leaves nothing that looks
# like an image. One image of a name is made at a time. Older images of the same name go when a new one stands.
set -euo pipefail
shopt -s inherit_errexit # else a failure within $(…) would go unseen

rigs=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
product=$(dirname "$rigs")
images=${MOTCUA_RIGS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/motcua-rigs}
release=trixie
export DEBIAN_FRONTEND=noninteractive

say() { printf '%s\n' "$*" >&2; }
stop() {
  say "rigs: $1"
  [ $# -lt 2 ] || say "      $2"
  exit 1
}

case "$images/" in "$product"/*) stop "Kho ảnh không được nằm trong mã nguồn: $images" "The image cache must not lie in the repository." ;; esac
mkdir -p "$images"
# Left by a run that was killed (files only: its mounts and processes went with it).
find "$images" -maxdepth 1 -name 'run-*' -mmin +600 -exec rm -rf {} +

need_root() {
  [ "$(id -u)" = 0 ] || stop "Các máy giả lập cần quyền root." "The emulated machines need root; nothing was tested."
  unshare --mount true 2>/dev/null ||
    stop "Máy này không cho tạo không gian mount riêng." "This machine allows no private mount namespace; nothing was tested."
}

need() {
  local missing=() each
  for each in "$@"; do
    [[ "$(dpkg-query -W -f='${Status}' "$each" 2>/dev/null)" == *'ok installed'* ]] || missing+=("$each")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || stop "Thiếu: ${missing[*]}" "Missing, and this machine has no apt-get."
  say "rigs: cài / installing ${missing[*]}"
  apt-get update -qq >/dev/null || say "rigs: apt-get update: không xong, thử tiếp / did not finish, going on"
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    stop "Chưa cài được: ${missing[*]}" "These packages could not be installed; nothing was tested."
}

key() {
  local each
  for each in "$@"; do
    (cd "$product" && find "$each" -type f ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum)
  done | sha256sum | cut -c1-16
}

keep() {
  local name=$1 id=$2 target
  shift 2
  target=$images/$name-$id
  if [ ! -d "$target" ]; then
    (
      exec 9>"$images/$name.lock"
      flock 9
      if [ ! -d "$target" ]; then
        local half=$images/$name-half.$$ log=$images/$name.log start=$SECONDS
        rm -rf "$images/$name"-half.*
        mkdir "$half"
        say "rigs: dựng $name / making $name …"
        # Not in an `if`: bash would switch off the builder's errexit.
        set +e
        (set -e; build=$1; shift; "$build" "$half" "$@") >"$log" 2>&1 </dev/null
        local status=$?
        set -e
        if [ "$status" != 0 ]; then
          tail -n 25 "$log" >&2
          rm -rf "$half"
          stop "Không dựng được $name." "$name could not be made; the whole log: $log"
        fi
        mv "$half" "$target"
        say "rigs: $name: $((SECONDS - start)) s"
      fi
    ) || exit 1
  fi
  touch "$target"
  # The last two stay: two branches in turn, or a way back.
  # shellcheck disable=SC2012
  ls -1dt "$images/$name"-[0-9a-f]* 2>/dev/null | tail -n +3 | xargs -r rm -rf
  printf '%s\n' "$target"
}

# --- Debian's next release, from where this machine's packages come, checked with Debian's own keys --------------------
known_mirrors() {
  apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' | awk '$1 == "Debian" && $2 == "Debian" && !n++ {print $3}'
}
mirror() {
  local found
  found=$(known_mirrors)
  if [ -z "$found" ]; then
    apt-get update -qq >/dev/null || say "rigs: apt-get update: không xong, thử tiếp / did not finish, going on"
    found=$(known_mirrors)
  fi
  [ -n "$found" ] || stop "Không biết máy này lấy gói Debian từ đâu." "Where this machine gets Debian's packages from is unknown."
  printf '%s\n' "$found"
}
debian_keys=/usr/share/keyrings/debian-archive-keyring.gpg

next_release() {
  local at=$1 from
  from=$(mirror)
  mkdir -p "$at"/{lists/partial,cache/archives/partial,dpkg}
  : >"$at/dpkg/status"
  printf 'Types: deb deb-src\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' "$from" "$release" "$debian_keys" >"$at/next.sources"
  cat >"$at/apt.conf" <<CONF
Dir::Etc::sourcelist "$at/next.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$at";
Dir::State::lists "$at/lists";
Dir::State::status "$at/dpkg/status";
Dir::Cache "$at/cache";
APT::Architecture "$(dpkg --print-architecture)";
APT::Sandbox::User "root";
Acquire::Languages "none";
CONF
  # apt reads the suffix of a file named so, whatever it holds.
  APT_CONFIG=$at/apt.conf apt-get update -qq >/dev/null
  printf '%s\n' "$at/apt.conf"
}
