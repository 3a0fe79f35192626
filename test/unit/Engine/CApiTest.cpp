//===- CApiTest.cpp - the C API, from C -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "FakeModel.h"

#include <gtest/gtest.h>

#include <cstdlib>

using namespace llmrt::test;

namespace {

TEST(CApi, aC99ProgramUsesAllOfIt) {
  TemporaryFile file(artifactBytes(fakeSections()));
  EXPECT_EQ(std::system((LLMC_C_API_TEST " " + file.path()).c_str()), 0);
}

} // namespace
