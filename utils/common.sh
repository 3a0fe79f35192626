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

# Tests stay out until `make test` asks for them: they need more packages.
configure_build() {
  [ ! -e "$root/build/build.ninja" ] || return 0
  say "configuring"
  (cd "$root" && cmake --preset release -DLLMC_BUILD_TESTS=OFF) >"$root/build-configure.log" 2>&1 ||
    { tail -n 20 "$root/build-configure.log" >&2; fail "configuring failed"; }
  rm -f "$root/build-configure.log"
}

# Builds targets; on a terminal ninja's own line says how far it is.
build_targets() {
  local steps seconds log=$root/build/targets.log
  # Configured again first where that is due: only then are the steps known. And counted by a manifest that nothing
  # makes: of the one that CMake makes a dry run says only that it would be made again.
  ninja -C "$root/build" build.ninja >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; fail "configuring failed"; }
  steps=$(ninja -C "$root/build" -f <(cat "$root/build/build.ninja") -n "$@" | grep -c '^\[') || true
  [ "$steps" -gt 0 ] || return 0
  # A step is 3 seconds of one core on a small machine, less where ccache knows it.
  seconds=$((steps * 3 / $(jobs)))
  say "building $*: $steps steps, $(((seconds + 59) / 60)) min at most"
  if [ -t 2 ]; then
    ninja -C "$root/build" -j "$(jobs)" "$@" >&2 || fail "building failed"
  else
    ninja -C "$root/build" -j "$(jobs)" "$@" >"$log" 2>&1 ||
      { tail -n 40 "$log" >&2; fail "building failed"; }
  fi
}

# build_preset PRESET FOLDER [TARGET]...: the tree with its tests; everything, or the targets.
build_preset() {
  local preset=$1 folder=$2
  shift 2
  say "configuring $folder"
  mkdir -p "$folder"
  cmake --preset "$preset" -DLLMC_BUILD_TESTS=ON >"$folder/configure.log" 2>&1 ||
    { tail -n 20 "$folder/configure.log" >&2; fail "configuring failed"; }
  say "building $folder"
  ninja -C "$folder" -j "$(jobs)" "$@" >"$folder/build.log" 2>&1 ||
    { grep -E 'error:|FAILED' "$folder/build.log" | head -n 40 >&2; fail "building failed: $folder/build.log"; }
}

build_with_tests() { build_preset release build "$@"; }
