#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Build the llama.cpp that llama-cpp-python vendors: llama-bench, llama-perplexity, llama-quantize and
# llama-simple, CPU only.
# One pinned source, from PyPI, so that every comparison is against the same peer. GCC 12 crashes on its AMX kernels: clang is used.
#
# usage: build-llama-cpp.sh [FOLDER]      (default build/peers; the programs end in FOLDER/build/bin)
# CC, CXX and JOBS (compilations at once) may be set.
set -eu

VERSION=0.3.36
SHA256=832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e
CC=${CC:-clang-22}
CXX=${CXX:-clang++-22}
folder=${1:-build/peers}

mkdir -p "$folder"
cd "$folder"
archive=llama_cpp_python-$VERSION.tar.gz
if [ ! -f "$archive" ]; then
  [ -x venv/bin/pip ] || python3 -m venv venv
  venv/bin/pip download --quiet --no-deps --no-binary llama-cpp-python "llama-cpp-python==$VERSION"
fi
echo "$SHA256  $archive" | sha256sum --check --quiet
[ -d "llama_cpp_python-$VERSION" ] || tar xzf "$archive"

cmake -S "llama_cpp_python-$VERSION/vendor/llama.cpp" -B build -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX" -DBUILD_SHARED_LIBS=OFF -DGGML_NATIVE=ON \
  -DGGML_OPENMP=OFF -DGGML_BLAS=OFF -DGGML_CUDA=OFF -DGGML_CCACHE=OFF -DLLAMA_OPENSSL=OFF \
  -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF
ninja -C build -j "${JOBS:-$(nproc)}" llama-bench llama-perplexity llama-quantize llama-simple
build/bin/llama-bench --version
