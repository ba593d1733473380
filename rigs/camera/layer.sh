# What a Raspberry Pi's system brings beside plain Debian: libcamera, picamera2, Mesa. Sourced after store.sh and boot/tree.sh.
#   pi_layer       prints the folder that goes between the bare Debian tree and the installed product
#
# libcamera 0.4 of trixie never says whether a frame is good, so picamera2 throws them away: it is taken from backports, the
# rest from trixie. picamera2 goes where the system's Python looks, as on a Pi; Raspberry Pi's own archive is not asked.

pi_packages=(
  python3-libcamera/trixie-backports libcamera0.7/trixie-backports libcamera-ipa/trixie-backports
  python3-numpy python3-pil python3-prctl
  libgbm1 libegl1 libgles2 libgl1-mesa-dri libdrm2
)
pi_builders=(gcc libc6-dev python3-dev) # pidng, a part of picamera2, has no wheel

# Packages that are not in the tree yet, by this machine's apt and checked by it: debs_for FOLDER BASE PACKAGE…
debs_for() {
  local at=$1 base=$2
  shift 2
  mkdir -p "$at/debs/partial"
  cp "$base/var/lib/dpkg/status" "$at/dpkg/status"
  APT_CONFIG=$at/apt.conf apt-get install -y -qq --download-only --no-install-recommends -o Dir::Cache::archives="$at/debs" "$@" >/dev/null
}

make_pi_layer() {
  local half=$1 base=$2 version=$3
  mkdir "$half"/{layer,root,work,wheels,spare,spare-work,spare-root}
  next_release "$half/apt" >/dev/null
  sed -i -e "s/^Suites: .*/Suites: $release $release-backports/" -e 's/^Types: .*/Types: deb/' "$half/apt/next.sources"
  APT_CONFIG=$half/apt/apt.conf apt-get update -qq >/dev/null
  debs_for "$half/apt" "$base" "${pi_packages[@]}"
  mv "$half/apt/debs" "$half/debs"
  debs_for "$half/apt" "$base" "${pi_packages[@]}" "${pi_builders[@]}"
  "$product/.venv/bin/pip" download --quiet --disable-pip-version-check --require-hashes --no-deps --no-build-isolation \
    --only-binary=:all: --no-binary pidng --implementation cp --python-version "$version" --abi "cp${version//./}" --abi abi3 \
    --abi none --platform manylinux_2_28_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 --platform any \
    -r "$rigs/camera/camera.lock" -d "$half/wheels"
  # Nothing in the tree has a network: what was fetched and checked here is all it can have.
  unshare --mount --pid --net --fork --kill-child --propagation private bash -euo pipefail -c '
    half=$1 base=$2
    enter() { # ROOT COMMAND…
      local root=$1
      shift
      chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive PIP_NO_INDEX=1 PIP_FIND_LINKS=/tmp/wheels PIP_NO_CACHE_DIR=1 \
        PIP_DISABLE_PIP_VERSION_CHECK=1 "$@"
    }
    furnish() { # ROOT DEBS
      mount -t proc proc "$1/proc"
      mount -t tmpfs tmpfs "$1/tmp"
      mount --bind /dev "$1/dev"
      mkdir "$1/tmp/debs" "$1/tmp/wheels"
      mount --bind -o ro "$2" "$1/tmp/debs"
      mount --bind "$half/wheels" "$1/tmp/wheels"
    }
    mount -t overlay overlay -o "lowerdir=$base,upperdir=$half/layer,workdir=$half/work" "$half/root"
    furnish "$half/root" "$half/debs"
    printf "#!/bin/sh\nexit 101\n" >"$half/root/usr/sbin/policy-rc.d" # nothing is started in a tree
    chmod 755 "$half/root/usr/sbin/policy-rc.d"
    enter "$half/root" sh -c "exec dpkg --force-unsafe-io --install /tmp/debs/*.deb"

    # The compiler lives in a layer that is thrown away.
    mount -t overlay overlay -o "lowerdir=$half/layer:$base,upperdir=$half/spare,workdir=$half/spare-work" "$half/spare-root"
    furnish "$half/spare-root" "$half/apt/debs"
    enter "$half/spare-root" sh -ec "
      dpkg --force-unsafe-io --install /tmp/debs/*.deb
      python3 -m venv --system-site-packages /tmp/build
      /tmp/build/bin/pip install --quiet --no-deps setuptools
      /tmp/build/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /tmp/built /tmp/wheels/pidng-*.tar.gz
      cp /tmp/built/*.whl /tmp/wheels/"

    enter "$half/root" sh -ec "
      rm /usr/sbin/policy-rc.d
      python3 -m venv /tmp/pip
      rm -f /tmp/wheels/setuptools-* /tmp/wheels/*.tar.gz
      /tmp/pip/bin/pip --python /usr/bin/python3 install --quiet --no-deps --break-system-packages /tmp/wheels/*.whl
      rm -rf /var/cache/debconf/*-old /var/log/dpkg.log /usr/share/doc /usr/share/man"
  ' layer "$half" "$base"
  rm -rf "$half"/{root,work,wheels,spare,spare-work,spare-root,apt,debs}
}

pi_layer() {
  local base version id
  base=$(bare_tree)
  version=$(readlink "$base/usr/bin/python3")
  version=${version##*python}
  id=$({ printf '%s\n' "$base" "${pi_packages[@]}" "${pi_builders[@]}"; declare -f make_pi_layer debs_for; cat "$rigs/camera/camera.lock"; } | sha256sum | cut -c1-16)
  printf '%s/layer\n' "$(keep pi "$id" make_pi_layer "$base" "$version")"
}
