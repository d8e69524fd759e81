#!/bin/sh
# Runs one unit under a systemd of its own, in namespaces beside whatever runs this machine, until the
# unit ends it. Usage: boot.sh UNIT-FOLDER UNIT. Exit code 77 where that cannot be done here.
set -u
units=$1
unit=$2
systemd=/usr/lib/systemd/systemd
[ -x "$systemd" ] || { echo "systemd is not installed"; exit 77; }
[ "$(id -u)" = 0 ] || { echo "namespaces need root"; exit 77; }
hierarchy=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
group=$hierarchy$(sed -n 's/^0:://p' /proc/self/cgroup)/voltbus-test-$$
mkdir "$group" 2>/dev/null || { echo "no control group can be made"; exit 77; }

printf '[Unit]\nWants=%s\n' "$unit" > "$units/boot.target"

# systemd sees this group as the root of all, and may fill /run and /var/lib.
cat > "$units/inside.sh" <<'INSIDE'
set -e
mount --make-rprivate /
mount --make-rshared /
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/lib
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
exec /usr/lib/systemd/systemd --system --unit=boot.target --log-target=console
INSIDE
sh -c 'echo $$ > "$1/cgroup.procs"
  container=lxc SYSTEMD_UNIT_PATH="$2" exec timeout -s KILL 90 \
    unshare --mount --pid --fork --kill-child --mount-proc --uts --ipc --net --cgroup \
    sh "$2/inside.sh"' boot "$group" "$units" < /dev/null
# What was killed may take a moment to leave it.
GROUP=$group timeout 5 sh -c 'while [ -d "$GROUP" ]; do find "$GROUP" -depth -type d -exec rmdir {} \; 2>/dev/null; done'
:
