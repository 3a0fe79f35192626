#!/usr/bin/env bash
# Everything that is to be measured on a GPU, in one run of at most eight minutes; see run_all.py --help and docs/device-measurements.md.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
exec env PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 python3 "$(dirname "$0")/run_all.py" "$@"
