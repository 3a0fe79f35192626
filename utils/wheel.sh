#!/usr/bin/env bash
# Makes a wheel of the Python package with the compiler in it: `pip install` of it needs no llmc and no LLVM.
# usage: utils/wheel.sh FOLDER
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
. "$(dirname "$0")/common.sh"
[ $# = 1 ] || fail "usage: utils/wheel.sh FOLDER"

cd "$root"
utils/bootstrap.sh build wheel
configure_build
build_targets llmc llmc-opt llmc-lsp-server llmc-reduce llmc-docs-files

stage=$root/build/wheel
log=$root/build/wheel.log
rm -rf "$stage"
mkdir -p "$stage" "$1"
cp -r python "$stage/python"
find "$stage" -name __pycache__ -prune -exec rm -rf {} +

# The package's folder is the prefix: bin/llmc looks for its libraries in ../lib/llmc/lib.
package=$stage/python/llmc
for component in llmc bundle; do
  cmake --install build --prefix "$stage/prefix" --component "$component" --strip >>"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; fail "installing failed"; }
done
mkdir -p "$package/bin" "$package/lib/llmc" "$package/share/doc"
mv "$stage/prefix/bin/llmc" "$package/bin/"
mv "$stage/prefix/lib/llmc/lib" "$package/lib/llmc/"
mv "$stage/prefix/share/doc/llmc" "$package/share/doc/"
# A wheel has no links and would hold each library twice: one stays, by the name that others ask for.
find "$package/lib" -type l | while read -r link; do mv "$(readlink -f "$link")" "$link"; done

# What the oldest system that can start it has: the newest symbols of the C library that any file asks for.
readelf=$(command -v "llvm-readelf-$LLVM_MAJOR") || fail "no llvm-readelf-$LLVM_MAJOR: apt-get install llvm-$LLVM_MAJOR"
newest=$("$readelf" --version-info "$package/bin/llmc" "$package"/lib/llmc/lib/* |
  grep -oE '\bGLIBC_2\.[0-9]+' | sort -uV | tail -n 1)
platform=manylinux_${newest#GLIBC_}_x86_64
platform=${platform/2./2_}

say "packing a wheel for $platform"
.venv/bin/pip wheel --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation --wheel-dir "$1" \
  --config-settings=--build-option=--plat-name="$platform" "$stage/python" >>"$log" 2>&1 ||
  { tail -n 20 "$log" >&2; fail "packing failed"; }
rm -rf "$stage"
ls -l "$1"/llmc-*.whl >&2
