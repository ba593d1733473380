# The Debian tree that boots, and the product installed in it. Sourced after store.sh.
#   bare_tree          prints the folder of the bare Debian tree
#   installed_tree     prints the image with the product: layer/ (goes over the bare tree), source/ (what it was installed from)

tree_packages=(
  systemd systemd-sysv udev dbus kmod procps util-linux iproute2 python3 python3-venv ca-certificates
  # what systemd/install.sh would fetch: a waiting room's installer finds them here already
  libzbar0t64 espeak-ng alsa-utils libusb-1.0-0 fonts-noto-core
)
source_parts=(pyproject.toml requirements.lock README.md LICENSE systemd config queue_display firmware_bridge kiosk commune_server demo docs)

make_tree() {
  mmdebstrap --mode=root --variant=apt --format=directory --keyring="$debian_keys" \
    --include="$(IFS=,; echo "${tree_packages[*]}")" --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' "$release" "$1/root" "$2"
  : >"$1/root/etc/machine-id"
}

bare_tree() {
  local id from image
  from=$(mirror)
  id=$({ printf '%s\n' "$release" "${tree_packages[@]}"; declare -f make_tree; } | sha256sum | cut -c1-16)
  image=$(keep tree "$id" make_tree "$from")
  printf '%s/root\n' "$image"
}

# Every wheel of the lock for the tree's Python, by the ordinary client and with the lock's hashes.
make_wheels() {
  local half=$1 version=$2
  "$product/.venv/bin/python" "$rigs/boot/lock_for.py" "$product/requirements.lock" "$version" >"$half/lock.txt"
  "$product/.venv/bin/pip" download --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary=:all: \
    --implementation cp --python-version "$version" --abi "cp${version//./}" --abi abi3 --abi none \
    --platform manylinux_2_28_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
    --platform manylinux_2_5_x86_64 --platform manylinux1_x86_64 --platform any -r "$half/lock.txt" -d "$half/wheels"
}

# By the product's own installer, in the tree, without a network: the wheels are all it can have.
make_installed() {
  local half=$1 base=$2 wheels=$3
  mkdir "$half/layer" "$half/work" "$half/root" "$half/source"
  (cd "$product" && tar cf - --exclude=__pycache__ "${source_parts[@]}") | tar xf - -C "$half/source"
  unshare --mount --pid --net --fork --kill-child --propagation private bash -euo pipefail -c '
    half=$1 base=$2 wheels=$3
    mount -t overlay overlay -o "lowerdir=$base,upperdir=$half/layer,workdir=$half/work" "$half/root"
    cd "$half/root"
    mount -t proc proc proc
    mount -t tmpfs tmpfs tmp
    mount --bind /dev dev
    mkdir tmp/source tmp/wheels
    mount --bind -o ro "$half/source" tmp/source
    mount --bind -o ro "$wheels" tmp/wheels
    exec chroot . env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
      PIP_NO_INDEX=1 PIP_FIND_LINKS=/tmp/wheels PIP_NO_CACHE_DIR=1 bash /tmp/source/systemd/install.sh --site one-pi
  ' install "$half" "$base" "$wheels"
  rm -rf "$half/work" "$half/root"
}

installed_tree() {
  local base version id wheels
  base=$(bare_tree)
  version=$(readlink "$base/usr/bin/python3")
  version=${version##*python}
  id=$({ echo "$version"; declare -f make_wheels; (cd "$product" && cat requirements.lock pyproject.toml rigs/boot/lock_for.py); } | sha256sum | cut -c1-16)
  wheels=$(keep wheels "$id" make_wheels "$version")
  id=$({ echo "$base $wheels"; declare -f make_installed; key "${source_parts[@]}"; } | sha256sum | cut -c1-16)
  keep installed "$id" make_installed "$base" "$wheels/wheels"
}
