#!/usr/bin/env bash
# Line coverage of lib/, dialects/ and runtime/ by everything that `make test` runs.
# usage: utils/coverage.sh [ctest arguments]     prints a table per folder and the sum
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
. "$(dirname "$0")/common.sh"
cd "$root"

utils/bootstrap.sh build test
build=$root/build-coverage
build_preset coverage "$build"

# Compiled programs write profiles as well: %m keeps one file per binary image.
say "testing"
rm -rf "$build/profiles"
LLVM_PROFILE_FILE="$build/profiles/%m-%p.profraw" \
  ctest --test-dir "$build" -j "$(jobs)" "$@" >"$build/test.log" 2>&1 ||
  say "some tests failed, see $build/test.log"
tools=/usr/lib/llvm-$LLVM_MAJOR/bin
find "$build/profiles" -name '*.profraw' >"$build/profiles.txt"
"$tools/llvm-profdata" merge -sparse -f "$build/profiles.txt" -o "$build/merged.profdata"

objects=()
while read -r binary; do objects+=(-object "$binary"); done < <(
  find "$build" -type f -perm -u+x \( -path '*/bin/*' -o -path '*/test/*' \) ! -name '*.py' ! -name '*.so' |
    while read -r file; do head -c 4 "$file" | grep -q ELF && echo "$file"; done)
"$tools/llvm-cov" export -summary-only -instr-profile "$build/merged.profdata" "${objects[@]}" \
  -ignore-filename-regex='(/test/|/usr/|\.inc$)' >"$build/coverage.json"
python3 - "$build/coverage.json" "$root" <<'PYTHON'
import collections, json, os, sys
files = json.load(open(sys.argv[1]))["data"][0]["files"]
sums = collections.defaultdict(lambda: [0, 0])
for file in files:
    path = os.path.relpath(file["filename"], sys.argv[2])
    if path.split("/")[0] not in ("lib", "dialects", "runtime"):
        continue
    lines = file["summary"]["lines"]
    folder = "/".join(path.split("/")[:3 if path.startswith("runtime/lib") else 2])
    for key in (folder, "all"):
        sums[key][0] += lines["covered"]
        sums[key][1] += lines["count"]
for folder, (covered, count) in sorted(sums.items()):
    print(f"{folder:24} {covered:6} of {count:6} lines  {100 * covered / count:5.1f} %")
PYTHON
