#!/usr/bin/env bash
# Everything that is tested: form, lit, GoogleTest, end to end. ctest drives every
# suite. Fails as well when the tests take longer than utils/versions.env allows.
# usage: utils/test.sh [ctest arguments]
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
. "$(dirname "$0")/common.sh"
cd "$root"

utils/check.sh
utils/bootstrap.sh build test
build_with_tests
say "testing"
status=0
ctest --test-dir build --output-on-failure -j "$(jobs)" --output-junit test-times.xml "$@" || status=$?
# A run of some tests has no budget: it is for all of them.
[ $# -gt 0 ] || python3 utils/test-times.py build/test-times.xml "$SECONDS" \
  "$TEST_BUDGET_SECONDS" "$TEST_BUDGET_MINUTES" || status=1
exit $status
