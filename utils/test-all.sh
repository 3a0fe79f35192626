#!/usr/bin/env bash
# What make test leaves out because it is long: all variants, older machines, a simulated GPU, many more random
# graphs, damaged copies of small files, 200 killed compiles, sanitizers, the commands of the tutorial.
# usage: utils/test-all.sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
. "$(dirname "$0")/common.sh"
cd "$root"

utils/test.sh
say "every variant that this machine has, a program of every file and export of a family"
LLMC_TEST_VARIANTS=all ctest --test-dir build --output-on-failure -j "$(jobs)" \
  -R '^(lower|function)-test-[0-9]|^models-test|^graph-fuzz|^e2e_(onnx_)?families|^e2e_cuda' --timeout 3600
for machine in avx2 x86-64; do
  say "as if this machine were $machine"
  LLMC_TEST_MACHINE=$machine ctest --test-dir build --output-on-failure -j "$(jobs)" \
    -R '^lower-test-[0-9]|^models-test|^e2e_tiny_models'
done
say "as a GPU would run it"
LLMC_TEST_SHAPES=50 build/test/unit/lower-test --gtest_filter='*Device*'
LLMC_TEST_DEVICE=sm_80 ctest --test-dir build --output-on-failure -j "$(jobs)" -R '^lower-test-[0-9]|^models-test' --timeout 7200
say "$FUZZ_GRAPHS random graphs"
build/test/unit/graph-fuzz --graphs="$FUZZ_GRAPHS" --seed=1
say "$DAMAGED_COPIES damaged copies of the small files of each format"
LLMC_TEST_SWEEP=$DAMAGED_COPIES ctest --test-dir build --output-on-failure -j "$(jobs)" -L fuzz
say "compiles that are killed or limited"
python3 test/hostile/sweeps.py build/bin/llmc
for preset in sanitize sanitize-threads; do
  build_preset $preset build-$preset
  ctest --preset $preset -j "$(jobs)"
done
say "the tutorial"
utils/tutorial.py build-tutorial
