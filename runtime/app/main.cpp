//===- main.cpp - a compiled model as a program ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "App.h"

int main(int argc, char **argv) {
  llmrt::app::Host host;
  host.model = &llmrt_model;
  return llmrt::app::runApp(argc, argv, host);
}
