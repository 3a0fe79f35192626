#!/usr/bin/env bash
# Fuzzes every parser and the template engine, and adds a row each to
# docs/fuzzing.md. New inputs that reach new code stay in build-fuzz/corpus.
# usage: [SIZE=BYTES] [RUNS=N] [TIMEOUT=SECONDS] utils/fuzz.sh [SECONDS (of each target, default 60)] [TARGET...]
#        inputs have up to SIZE bytes, 65536 without it; each target ends after N runs, if it comes so far;
#        an input that takes TIMEOUT by the clock is a finding: more where the machine has other work
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
. "$(dirname "$0")/common.sh"
cd "$root"
duration=${1:-60}
[ $# -gt 0 ] && shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(sed -n 's/^llmc_fuzz_target(\([a-z-]*\) .*/\1/p' test/fuzz/CMakeLists.txt)

build_preset fuzz build-fuzz "${targets[@]/#/fuzz-}"

# LLVM itself is not instrumented, so its containers look overflown, and its arenas poisoned.
export ASAN_OPTIONS=detect_container_overflow=0:allow_user_poisoning=0:allocator_may_return_null=1:detect_leaks=1
commit=$(git rev-parse --short HEAD)
status=0
for target in "${targets[@]}"; do
  corpus=build-fuzz/corpus/$target
  mkdir -p "$corpus" build-fuzz/findings
  mapfile -t seeds <"build-fuzz/test/fuzz/$target.seeds"
  for seed in "${seeds[@]}"; do
    [ -e "$seed" ] || fail "no seed $seed"
    for file in $([ -d "$seed" ] && find "$seed" -type f || echo "$seed"); do
      relative=${file#"$root/"}
      cp "$file" "$corpus/seed-${relative//\//-}"
    done
  done
  dictionary=()
  [ -f "test/fuzz/$target.dict" ] && dictionary=(-dict="test/fuzz/$target.dict")
  code=0
  TIMEFORMAT=%U
  { time build-fuzz/test/fuzz/fuzz-"$target" "$corpus" "${dictionary[@]}" -max_total_time="$duration" -max_len="${SIZE:-65536}" \
    -runs="${RUNS:--1}" -rss_limit_mb=2048 -timeout="${TIMEOUT:-100}" -print_final_stats=1 -interrupted_exitcode=0 -artifact_prefix="build-fuzz/findings/$target-" \
    >"build-fuzz/$target.log" 2>&1 || code=$?; } 2>"build-fuzz/$target.seconds"
  seconds=$(cut -d. -f1 "build-fuzz/$target.seconds")
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "build-fuzz/$target.log" | tail -n 1)
  finding=none
  if [ $code != 0 ]; then
    finding=$(grep -m 1 -E '^(SUMMARY|==[0-9]+== *ERROR|does not hold)' "build-fuzz/$target.log" | sed "s|$root/||g" | cut -c1-100)
    [ -n "$finding" ] || finding="exit $code"
    status=1
  fi
  say "$target: ${runs:-0} runs in $seconds s of the processor, findings: $finding"
  python3 utils/fuzz-ledger.py docs/fuzzing.md "$commit" "$target" "$seconds" "${runs:-0}" "$finding"
done
exit $status
