#!/usr/bin/env bash
# Packs what run_all.sh needs on a machine with a GPU and nothing of ours: prebuilt programs, scripts, the commit that they are of.
# usage: pack.sh FILE.tar.xz      There: tar xf FILE.tar.xz && device-pack/bench/device/run_all.sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
. "$(dirname "$0")/../../utils/common.sh"
[ $# = 1 ] || fail "usage: pack.sh FILE.tar.xz"
file=$(realpath -m "$1")
# What a machine is lent with carries so much, sources too.
limit=$((64 << 20))

cd "$root"
build_targets llmc lower-test device-ceilings llmc_ptxsim_cuda
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pack=$work/device-pack
mkdir -p "$pack"/bin "$pack"/bench/device "$pack"/utils
bench/device/link_tools.sh build "$pack/bin"
cp build/bench/device/device-ceilings build/bin/libllmc-ptxsim-cuda.so "$pack/bin/"
strip "$pack"/bin/device-ceilings "$pack"/bin/libllmc-ptxsim-cuda.so
cp bench/device/*.py bench/device/*.ptx bench/device/run_all.sh "$pack/bench/device/"
cp utils/make-random-gguf.py "$pack/utils/"
dirty=$(git status --porcelain -uno | grep -q . && echo true || echo false)
printf '{"commit": "%s", "dirty": %s}\n' "$(git rev-parse HEAD)" "$dirty" >"$pack/pack.json"

say "packing"
tar -C "$work" -c device-pack | xz -T0 "${LLMC_PACK_LEVEL:--6}" >"$file"
size=$(stat -c %s "$file")
[ "$size" -le "$limit" ] || fail "$file has $size bytes, at most $limit can be carried"
say "$file: $size bytes of $limit"
