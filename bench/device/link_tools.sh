#!/usr/bin/env bash
# Links llmc and lower-test into one program that needs no LLVM where it runs: two links to it, `llmc` and `lower-test`, choose what it is.
# LLVM's and MLIR's archives take the place of their shared libraries, with the two code generators that llmc has: what has to be carried
# is a third of the libraries, and half of what two programs would be.
# usage: link_tools.sh BUILD FOLDER
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
. "$(dirname "$0")/../../utils/common.sh"
[ $# = 2 ] || fail "usage: link_tools.sh BUILD FOLDER"
build=$(realpath "$1") out=$(realpath "$2")/llmc
llvm=/usr/lib/llvm-$LLVM_MAJOR
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$build"

# What the build itself links, without the shared libraries; each program's main gets a name of its own.
words() { ninja -C "$build" -t commands "$1" 2>/dev/null | tail -n 1 | tr ' ' '\n'; }
named() { words "$1" | grep -E "$2" | awk '!seen[$0]++'; }
renamed() { "llvm-objcopy-$LLVM_MAJOR" --redefine-sym "main=$2" "$1" "$work/$2.o"; }
[ -n "$(named llmc 'libLLVM\.so')" ] || fail "llmc of $build is not linked with LLVM's shared library"
renamed tools/llmc/CMakeFiles/llmc.dir/llmc.cpp.o llmc_main
(cd "$work" && ar x "$(named lower-test 'libgtest_main\.a')")
renamed "$(ls "$work"/gtest_main*.o)" lower_test_main
objects=$(named lower-test '^test/.*\.o$')
libraries=$({ named lower-test '\.(a|so)$|^-l' && named llmc '\.(a|so)$|^-l'; } | grep -vE 'lib(MLIR|LLVM)\.so|libgtest_main' | sed -E 's,/lib(z|zstd)\.so$,/lib\1.a,' | awk '!seen[$0]++')
archives=$(ls "$llvm"/lib/libMLIR*.a "$llvm"/lib/libLLVM*.a | grep -vE 'CAPI|Python|gtest|MLIRExecutionEngine|Test')

# lld initialises every target that LLVM was built with; those that are left out do nothing, nor does what only LTO would ask.
{
  sed -n 's/^LLVM_TARGET(\(.*\))$/\1/p' "$llvm/include/llvm/Config/Targets.def" | grep -vx -e X86 -e NVPTX |
    while read -r name; do
      for part in Target TargetInfo TargetMC AsmPrinter AsmParser Disassembler; do
        echo "void LLVMInitialize$name$part(void) {}"
      done
    done
  cat <<'END'
#include <string.h>
void *_Z18getPollyPluginInfov(void) { __builtin_trap(); }
int llmc_main(int, char **), lower_test_main(int, char **);
int main(int count, char **words) {
  const char *slash = strrchr(words[0], '/');
  return strcmp(slash ? slash + 1 : words[0], "lower-test") ? llmc_main(count, words) : lower_test_main(count, words);
}
END
} >"$work/main.c"
"clang-$LLVM_MAJOR" -O1 -c "$work/main.c" -o "$work/main.o"
"clang++-$LLVM_MAJOR" -O3 -fuse-ld=lld -static-libstdc++ -static-libgcc -Wl,--gc-sections -s -Wl,-z,relro -Wl,-z,now \
  "$work/main.o" "$work/llmc_main.o" "$work/lower_test_main.o" $objects \
  -Wl,--start-group $libraries $archives -Wl,--end-group -o "$out"
ln -sf llmc "$(dirname "$out")/lower-test"
