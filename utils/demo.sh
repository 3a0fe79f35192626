#!/usr/bin/env bash
# From nothing to a completion: installs, builds llmc, compiles a model, runs it.
# usage: utils/demo.sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
. "$(dirname "$0")/common.sh"
cd "$root"

utils/bootstrap.sh build
model=$(model_path)

configure_build
build_targets llmc llmc-opt

app=build/smollm2
if [ ! -e $app ] || [ build/bin/llmc -nt $app ] || [ "$model" -nt $app ]; then
  say "compiling SmolLM2-135M into $app"
  build/bin/llmc compile "$model" -o $app
fi
say "$app run -p \"Once upon a time\" -n 48"
printf 'Once upon a time' # programs print what follows a prompt
$app run -p "Once upon a time" -n 48
cat >&2 <<NEXT
== llmc is build/bin/llmc, the compiled model is $app. What to try next:
   $app "What is the capital of France?"
   $app chat
   build/bin/llmc compile YOUR-MODEL.gguf -o yours     # or a Hugging Face folder
   (make install PREFIX=~/.local puts llmc where your shell finds it)
NEXT
