#!/usr/bin/env bash
# A Debian tree with libcamera's virtual camera, and a command in it: room.sh LAYERS RUN PRODUCT COMMAND…
#   as process 1 of its own mount and process namespaces. The command runs as an ordinary user, like the kiosk on a Pi.
set -euo pipefail
layers=$1 run=$2 product=$3
shift 3
mkdir -p "$run/upper/srv/rig/tests" "$run/upper/srv/rig/camera" "$run/upper/usr/share/libcamera/pipeline/virtual" "$run/work" "$run/root"
# libcamera reads its virtual cameras from this one place, when its manager starts: a test decides what stands there.
ln -s /run/rig/virtual.yaml "$run/upper/usr/share/libcamera/pipeline/virtual/virtual.yaml"
mount -t overlay overlay -o "lowerdir=$layers,upperdir=$run/upper,workdir=$run/work" "$run/root"
cd "$run/root"
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs run
mount --bind -o ro "$product/tests" srv/rig/tests
mount --bind -o ro "$product/rigs/camera" srv/rig/camera
mkdir run/rig
chown 65534:65534 run/rig
ip link set lo up
exec chroot --userspec=65534:65534 . env -i PATH=/opt/motcua/venv/bin:/usr/bin:/bin HOME=/tmp LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 \
  LIBCAMERA_LOG_LEVELS="*:FATAL" \
  PYTHONPATH=/srv/rig:/srv/rig/camera:/srv/rig/camera/virtual MOTCUA_RIG_CAMERA=/run/rig "$@"
