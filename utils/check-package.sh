#!/usr/bin/env bash
# Proves the packages on a machine with nothing prepared: a fresh Debian 12 root made by
# debootstrap, without a compiler and without LLVM, compiles SmolLM2 and asks it.
# usage: utils/check-package.sh FOLDER     (as root, after `make package`; FOLDER must not exist)
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
. "$(dirname "$0")/common.sh"

[ $# = 1 ] || fail "usage: utils/check-package.sh FOLDER"
target=$1
[ "$(id -u)" = 0 ] || fail "needs root: it makes a root file system and enters it"
[ ! -e "$target" ] || fail "'$target' exists: give a folder that does not"
command -v debootstrap >/dev/null || fail "needs debootstrap: apt-get install debootstrap"
deb=$(compgen -G "$root/build/llmc_*.deb") || fail "no build/llmc_*.deb: make package"
tarball=$(compgen -G "$root/build/llmc-*.tar.zst") || fail "no build/llmc-*.tar.zst: make package"
model=$(model_path)

leave() { umount -l "$target/proc" "$target/dev" 2>/dev/null || true; }
trap leave EXIT

say "making a Debian 12 root in $target"
mkdir -p "$target"
debootstrap --variant=minbase bookworm "$target" >"$target.log" 2>&1 ||
  fail "debootstrap failed: $target.log"
mount -t proc proc "$target/proc"
mount --bind /dev "$target/dev"
cp "$deb" "$target/srv/llmc.deb"
cp "$model" "$target/srv/model.gguf"
mkdir "$target/opt/llmc"
tar --zstd -xf "$tarball" -C "$target/opt/llmc" --strip-components=1

enter() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$target" "$@"; }

# first_answer LLMC: seconds of compiling and the first answer.
first_answer() {
  enter "$1" compile -q /srv/model.gguf -o /srv/app
  enter /srv/app "What is the capital of France?" --seed 1 >&2
}

begin=$SECONDS
first_answer /opt/llmc/bin/llmc
say "the tarball: $((SECONDS - begin)) s from unpacked to the end of an answer"
begin=$SECONDS
enter dpkg -i /srv/llmc.deb >&2
first_answer /usr/bin/llmc
say "the .deb: $((SECONDS - begin)) s from dpkg -i to the end of an answer"
[ $((SECONDS - begin)) -le 60 ] || fail "took longer than a minute"
