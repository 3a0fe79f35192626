#!/usr/bin/env bash
# From nothing to a completion: installs, builds llmc, compiles a model, runs it.
# usage: utils/demo.sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
. "$(dirname "$0")/common.sh"
cd "$root"

utils/bootstrap.sh build
model=$(model_path)

# Tests stay out until `make test` asks for them: they need more packages.
if [ ! -e build/build.ninja ]; then
  say "configuring"
  cmake --preset release -DLLMC_BUILD_TESTS=OFF >build-configure.log 2>&1 ||
    { tail -n 20 build-configure.log >&2; fail "configuring failed"; }
  rm -f build-configure.log
fi
say "building llmc"
ninja -C build -j "$(jobs)" llmc >build/demo.log 2>&1 ||
  { tail -n 40 build/demo.log >&2; fail "building failed"; }

app=build/smollm2
if [ ! -e $app ] || [ build/bin/llmc -nt $app ] || [ "$model" -nt $app ]; then
  say "compiling SmolLM2-135M into $app"
  build/bin/llmc compile "$model" -o $app
fi
say "$app run -p \"Once upon a time\" -n 48"
$app run -p "Once upon a time" -n 48
