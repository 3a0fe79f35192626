#!/usr/bin/env bash
# Proves that a program made here starts on older and newer systems: in roots of Debian 11, 12 and 13 made by
# debootstrap, with nothing installed, by itself and by the dynamic loader, with and without /proc.
# usage: utils/check-systems.sh FOLDER PROGRAM     (as root; roots that FOLDER has already are used again)
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
. "$(dirname "$0")/common.sh"

[ $# = 2 ] || fail "usage: utils/check-systems.sh FOLDER PROGRAM"
folder=$1 program=$2
[ "$(id -u)" = 0 ] || fail "needs root: it makes root file systems and enters them"
[ -x "$program" ] || fail "'$program' is no program"
command -v debootstrap >/dev/null || fail "needs debootstrap: apt-get install debootstrap"

leave() {
  umount -l "$folder"/root-*/proc 2>/dev/null || true
}
trap leave EXIT

prompt=(run -p "The capital of France is" -n 8)
here=$("$program" "${prompt[@]}") || fail "the program does not run here"

# check SUITE HOW COMMAND...: in the root of SUITE, says what it says here.
check() {
  local suite=$1 how=$2 there
  shift 2
  there=$(chroot "$folder/root-$suite" "$@" "${prompt[@]}") || fail "$suite, $how: does not run"
  [ "$there" = "$here" ] || fail "$suite, $how: says '$there', here '$here'"
  say "$suite (glibc $version), $how: says the same"
}

for suite in bullseye bookworm trixie; do
  root_of_suite=$folder/root-$suite
  if [ ! -e "$root_of_suite/bin/sh" ]; then
    say "making a root of $suite"
    mkdir -p "$folder"
    debootstrap --variant=minbase "$suite" "$root_of_suite" >"$root_of_suite.log" 2>&1 ||
      fail "debootstrap failed: $root_of_suite.log"
  fi
  version=$(chroot "$root_of_suite" dpkg-query -W -f '${Version}' libc6)
  cp "$program" "$root_of_suite/app"
  umount -l "$root_of_suite/proc" 2>/dev/null || true
  check "$suite" "without /proc" /app
  mount -t proc proc "$root_of_suite/proc"
  check "$suite" "with /proc" /app
  check "$suite" "by the loader" /lib64/ld-linux-x86-64.so.2 /app
  rm "$root_of_suite/app"
done
