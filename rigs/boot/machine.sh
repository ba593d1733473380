#!/usr/bin/env bash
# A machine that boots: machine.sh BASE IMAGE RUN, as process 1 of its own process and mount namespaces
#   unshare --mount --pid --mount-proc --fork --kill-child --propagation private bash machine.sh …
# so that whatever ends it ends all of it, and no mount is ever seen outside. What the machine writes stays in RUN/upper:
# started again over the same RUN it is the same machine after a power cut.
set -euo pipefail
base=$1 image=$2 run=$3
mkdir -p "$run/upper" "$run/work" "$run/root"
mount -t overlay overlay -o "lowerdir=$image/layer:$base,upperdir=$run/upper,workdir=$run/work" "$run/root"

# The machine's process 1 wants control groups of the second kind and a run folder in memory; this machine may have neither.
umount -R /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
mount -t tmpfs tmpfs /run
group=/sys/fs/cgroup/$(basename "$run")
mkdir -p "$group"
echo 1 >"$group/cgroup.procs"

# A reboot ends nspawn with 133 (under --keep-unit it does not start the machine anew itself); a power-off with 0.
while :; do
  status=0
  systemd-nspawn --quiet --boot --directory="$run/root" --machine=motcua-rig --register=no --keep-unit --private-network \
    --bind-ro="$image/source:/srv/source" --console=pipe --resolv-conf=off --timezone=off --link-journal=no \
    </dev/null || status=$?
  [ "$status" = 133 ] || exit "$status"
done
