#!/usr/bin/env bash
# Runs make targets in a fresh Debian that has Python and make and nothing else; tells how long each
# took and which packages it had to install. Needs root. The fresh system is removed at the end.
#
#   tools/bare.sh ["demo ONCE=1" test …]
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$EUID" = 0 ] || { echo 'only root can make a fresh system' >&2; exit 1; }
[ $# -gt 0 ] || set -- 'demo ONCE=1' test

suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
fresh=$(mktemp -d /var/tmp/bare.XXXXXX)
# Mounts are made in a namespace of their own and are gone before this: only our files are removed.
trap 'rm -rf --one-file-system "$fresh"' EXIT

echo "a fresh Debian $suite is made"
debootstrap --variant=minbase --include=python3,make "$suite" "$fresh/root" >"$fresh/log" 2>&1 ||
  { tail -5 "$fresh/log"; exit 1; }

# This machine's way to packages goes along: its resolver, roots, and the settings of apt and pip.
take() { [ ! -e "$1" ] || install -D --mode=644 "$1" "$fresh/root${2:-$1}"; }
for file in /etc/resolv.conf /etc/hosts /etc/pip.conf ~/.config/pip/pip.conf /etc/apt/apt.conf.d/*proxy*; do
  take "$file"
done
roots=/etc/ssl/certs/ca-certificates.crt
take "$roots"
take "$roots" /usr/local/share/ca-certificates/of-this-machine.crt # outlives a package that makes $roots
mkdir "$fresh/root/srv/project"
git ls-files -z | tar --null --files-from - -cf - | tar -xf - -C "$fresh/root/srv/project"

inside() {
  unshare --mount --pid --fork --kill-child sh -c '
    mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && mount -t sysfs sysfs "$0/sys" &&
    exec chroot "$0" "$@"' "$fresh/root" "$@"
}
asked_for() { inside apt-mark showmanual | sort; }

failed=0
for target in "$@"; do
  before=$(asked_for)
  started=$SECONDS
  # shellcheck disable=SC2086 # a target may carry its settings
  if inside make -C /srv/project $target </dev/null >"$fresh/log" 2>&1; then
    outcome=done
  else
    outcome=FAILED failed=1
    tail -40 "$fresh/log"
  fi
  missing=$(comm -13 <(echo "$before") <(asked_for) | tr '\n' ' ')
  echo "make $target: $outcome in $((SECONDS - started)) s; was missing: ${missing:-nothing}"
done
exit "$failed"
