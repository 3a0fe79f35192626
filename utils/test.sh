#!/usr/bin/env bash
# Everything that is tested: lit, GoogleTest, end to end. ctest drives every suite.
# usage: utils/test.sh [ctest arguments]
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
. "$(dirname "$0")/common.sh"
cd "$root"

utils/bootstrap.sh build test
say "configuring"
mkdir -p build
cmake --preset release -DLLMC_BUILD_TESTS=ON >build/configure.log 2>&1 ||
  { tail -n 20 build/configure.log >&2; fail "configuring failed"; }
say "building"
ninja -C build -j "$(jobs)" >build/build.log 2>&1 ||
  { grep -E 'error:|FAILED' build/build.log | head -n 40 >&2; fail "building failed: build/build.log"; }
say "testing"
ctest --test-dir build --output-on-failure -j "$(jobs)" "$@"
