#!/usr/bin/env bash
# Form: clang-format, file headers, include direction, no machine's paths, the sizes that the code keeps.
# usage: utils/check.sh [--fix]
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
. "$(dirname "$0")/common.sh"
cd "$root"

format=$(command -v clang-format-$LLVM_MAJOR) || {
  utils/bootstrap.sh check
  format=clang-format-$LLVM_MAJOR
}
mapfile -t sources < <(git ls-files -co --exclude-standard '*.cpp' '*.h' | grep -vE '^(bench/peers|cmake)/')
if [ "${1:-}" = --fix ]; then
  printf '%s\n' "${sources[@]}" | xargs -P "$(jobs)" -n 16 "$format" -i
fi
status=0
printf '%s\n' "${sources[@]}" | xargs -P "$(jobs)" -n 16 "$format" --dry-run -Werror || status=1
python3 utils/lint.py || status=1
sizes=$(python3 utils/house.py) || { printf '%s\n' "$sizes"; status=1; }
[ $status = 0 ] || fail "see above; utils/check.sh --fix formats"
say "checked ${#sources[@]} files"
