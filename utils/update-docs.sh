#!/usr/bin/env bash
# Writes docs/llm-dialect.md from the dialect's descriptions, as built in BUILD.
# usage: utils/update-docs.sh [--check] [BUILD]   (--check: only compare)
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
cd "$(dirname "$0")/.."

check=
[ "${1:-}" = --check ] && check=1 && shift
built=${1:-build}/dialects/llm/llm-dialect.md
[ -f "$built" ] || { echo "update-docs: no $built: build the target llmc_llm_inc_gen first" >&2; exit 1; }

# Site generators know [TOC]; readers of the repository do not need it.
made=$(sed '/^\[TOC\]$/,+1d' "$built" | cat -s)
if [ -n "$check" ]; then
  diff -u docs/llm-dialect.md <(printf '%s\n' "$made") >&2 ||
    { echo "update-docs: docs/llm-dialect.md is behind the dialect: run utils/update-docs.sh" >&2; exit 1; }
else
  printf '%s\n' "$made" >docs/llm-dialect.md
fi
