#!/usr/bin/env bash
# Proves both commands on a machine with nothing prepared: a fresh Debian 12 root made
# by debootstrap, holding a clone of this repository's HEAD and make.
# usage: utils/check-clean.sh FOLDER [demo|test]...     (as root; FOLDER must not exist)
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
. "$(dirname "$0")/common.sh"

[ $# -ge 1 ] || fail "usage: utils/check-clean.sh FOLDER [demo|test]..."
target=$1
shift
[ $# -gt 0 ] || set -- demo test
[ "$(id -u)" = 0 ] || fail "needs root: it makes a root file system and enters it"
[ ! -e "$target" ] || fail "'$target' exists: give a folder that does not"
command -v debootstrap >/dev/null || fail "needs debootstrap: apt-get install debootstrap"

leave() {
  umount -l "$target/proc" "$target/dev/pts" "$target/dev" 2>/dev/null || true
}
trap leave EXIT

say "making a Debian 12 root in $target"
mkdir -p "$target"
debootstrap --variant=minbase --include=make,git bookworm "$target" >"$target.log" 2>&1 ||
  fail "debootstrap failed: $target.log"
mount -t proc proc "$target/proc"
mount --bind /dev "$target/dev"
mount --bind /dev/pts "$target/dev/pts"
cp /etc/resolv.conf "$target/etc/"

# The package sources of Debian itself, the security archive among them.
if [ -e /etc/apt/sources.list.d/debian.sources ]; then
  cp /etc/apt/sources.list.d/debian.sources "$target/etc/apt/sources.list.d/"
  cp /usr/share/keyrings/debian-archive-* "$target/usr/share/keyrings/"
  : >"$target/etc/apt/sources.list"
else
  cp /etc/apt/sources.list "$target/etc/apt/"
fi
cp -n /etc/apt/apt.conf.d/*proxy* "$target/etc/apt/apt.conf.d/" 2>/dev/null || true
# A network with certificates of its own needs them before ca-certificates is there.
certificates=${PIP_CERT:-${SSL_CERT_FILE:-}}
if [ -n "$certificates" ]; then
  cp "$certificates" "$target/etc/network-ca.crt"
  for name in PIP_CERT SSL_CERT_FILE REQUESTS_CA_BUNDLE CURL_CA_BUNDLE; do
    export $name=/etc/network-ca.crt
  done
fi

git clone -q "$root" "$target/llmc"

# run COMMAND...: in the new root, timed.
run() {
  local begin=$SECONDS
  env -u PIP_FIND_LINKS -u SSL_CERT_DIR HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    chroot "$target" make -C /llmc "$@"
  say "make $*: $((SECONDS - begin)) s"
}
for goal in "$@"; do
  run "$goal"
  [ "$goal" = test ] || run "$goal" # the second call repeats nothing
done
