#!/usr/bin/env bash
# Installs the peers that PyPI has as wheels into a virtual environment, pinned; llama.cpp is built by build-llama-cpp.sh.
# usage: install.sh FOLDER
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
python3 -m venv "$1"
# openvino-genai loads the library of exactly its own version; onnxruntime-genai asks for an older onnxruntime than it finds.
"$1/bin/pip" install --quiet numpy openvino==2026.4.0 openvino-genai==2026.4.0.0 onnxruntime-genai==0.18.0
