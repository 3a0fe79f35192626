#!/usr/bin/env bash
# ONNX's node tests, all of them, compiled and run: docs/onnx-support.md says which pass. Then random graphs, beside ONNX Runtime; what
# fails is kept, reduced, in build/graphs.
# usage: utils/test-onnx.sh [arguments of test/onnx/run_node_tests.py]
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
. "$(dirname "$0")/common.sh"
cd "$root"

utils/bootstrap.sh build test
build_with_tests llmc
say "running ONNX's node tests"
status=0
.venv/bin/python test/onnx/run_node_tests.py --all --jobs "$(jobs)" "$@" || status=1
say "running random graphs"
.venv/bin/python test/onnx/random_graphs.py --count "$ONNX_GRAPHS" --jobs "$(jobs)" --keep build/graphs || status=1
exit $status
