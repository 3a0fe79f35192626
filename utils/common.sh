# What the scripts of this folder share; they source it. Sets `root` and the pins.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/utils/versions.env"

say() { printf '== %s\n' "$*" >&2; }
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# The model's file, once bootstrap has been here.
model_path() {
  local found
  found=$(compgen -G "$root/.venv/lib/python3*/site-packages/$MODEL_FILE" | head -n 1) || true
  [ -n "$found" ] || fail "the model is not installed: run utils/bootstrap.sh"
  printf '%s\n' "$found"
}

jobs() { nproc; }
