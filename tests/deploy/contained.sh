#!/bin/sh
# Runs a command as a container would: `contained.sh TREE PREFIX COMMAND...`, inside `unshare --mount`, as root.
# All is read-only but /var/lib/burl, there is no /tmp, the user is 65532 and has no rights; PREFIX is Python's own.
set -eu
tree=$1 prefix=$2
shift 2
root=$(mktemp -d)
mount -t tmpfs -o mode=755 tmpfs "$root"
for name in bin lib lib64 etc usr; do
    if [ -L "/$name" ]; then cp -P "/$name" "$root/$name"; fi
done
mkdir -p "$root/var/lib/burl" "$root/opt/burl"
for path in /bin /lib /lib64 /etc /usr /dev /proc "$prefix"; do
    [ -d "$path" ] && [ ! -L "$path" ] || continue
    [ -d "$root$path" ] && [ -n "$(ls -A "$root$path")" ] && continue
    mkdir -p "$root$path"
    mount --rbind "$path" "$root$path"
done
mount --bind "$tree/opt/burl" "$root/opt/burl"
mount -o remount,bind,ro "$root/opt/burl"
mount -t tmpfs -o mode=700,uid=65532,gid=65532 tmpfs "$root/var/lib/burl"
mount -o remount,ro "$root"
export PATH=/opt/burl/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/ USER=burl PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
export BURL_STATE__DIRECTORY=/var/lib/burl/state
exec chroot --userspec=65532:65532 --groups= "$root" sh -c 'cd /var/lib/burl && exec "$@"' sh "$@"
