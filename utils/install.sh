#!/usr/bin/env bash
# Builds what is installed and installs it, or packs it.
# usage: utils/install.sh PREFIX | --package
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
. "$(dirname "$0")/common.sh"
[ $# = 1 ] || fail "usage: utils/install.sh PREFIX | --package"

cd "$root"
utils/bootstrap.sh build
configure_build
build_targets llmc llmc-opt llmc-lsp-server llmc-reduce llmc-docs-files
if [ "$1" = --package ]; then
  say "packing llmc with the libraries of LLVM that it needs"
  (cd build && cpack >package.log 2>&1) ||
    { tail -n 20 build/package.log >&2; fail "packing failed"; }
  ls -l build/llmc*.deb build/llmc*.tar.zst >&2
else
  cmake --install build --prefix "$1" >build/install.log ||
    { tail -n 20 build/install.log >&2; fail "installing failed"; }
  say "installed into $1: try $1/bin/llmc --help"
fi
