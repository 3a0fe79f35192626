#!/usr/bin/env bash
# What make test leaves out because it is long: older machines, many more random
# graphs, 200 killed compiles, sanitizers, the commands of the tutorial.
# usage: utils/test-all.sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
. "$(dirname "$0")/common.sh"
cd "$root"

utils/test.sh
for machine in avx2 x86-64; do
  say "as if this machine were $machine"
  LLMC_TEST_MACHINE=$machine ctest --test-dir build --output-on-failure -j "$(jobs)" \
    -R '^lower-test-[0-9]|^e2e_tiny_models'
done
say "$FUZZ_GRAPHS random graphs"
build/test/unit/graph-fuzz --graphs="$FUZZ_GRAPHS" --seed=1
say "compiles that are killed or limited"
python3 test/hostile/sweeps.py build/bin/llmc
say "sanitizers"
mkdir -p build-sanitize
cmake --preset sanitize -DLLMC_BUILD_TESTS=ON >build-sanitize/configure.log 2>&1 ||
  { tail -n 20 build-sanitize/configure.log >&2; fail "configuring failed"; }
ninja -C build-sanitize -j "$(jobs)" >build-sanitize/build.log 2>&1 ||
  { grep -E 'error:|FAILED' build-sanitize/build.log | head -n 40 >&2; fail "building failed"; }
ctest --test-dir build-sanitize --output-on-failure -j "$(jobs)" -LE e2e
say "the tutorial"
utils/tutorial.py build-tutorial
