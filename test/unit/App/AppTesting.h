//===- AppTesting.h - run a command of the fake program -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_APPTESTING_H
#define LLMC_TEST_APPTESTING_H

#include "App.h"
#include "FakeModel.h"

#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace llmrt::test {

struct Outcome {
  int code;
  std::string out, err;
};

/// A program on disk and the way to call it. The streams are files.
class FakeApp {
public:
  explicit FakeApp(const Sections &sections = fakeSections(),
                   const LlmrtModel &model = llmrt_model)
      : artifact(programBytes(sections), "app"), model(model) {}

  Outcome operator()(std::vector<std::string> arguments,
                     const std::string &input = {}) const {
    TemporaryFile in(input), out, err;
    int descriptors[] = {open(in.path().c_str(), O_RDONLY | O_CREAT, 0600),
                         open(out.path().c_str(), O_WRONLY | O_CREAT, 0600),
                         open(err.path().c_str(), O_WRONLY | O_CREAT, 0600)};
    int code = call(std::move(arguments), descriptors[0], descriptors[1],
                    descriptors[2]);
    for (int descriptor : descriptors)
      close(descriptor);
    return {code, out.read(), err.read()};
  }

  int call(std::vector<std::string> arguments, int in, int out, int err) const {
    arguments.insert(arguments.begin(), "app");
    std::vector<const char *> argv;
    for (const std::string &argument : arguments)
      argv.push_back(argument.c_str());
    app::Host host;
    host.artifact = artifact.path();
    host.model = &model;
    host.in = in;
    host.out = out;
    host.err = err;
    return app::runApp(static_cast<int>(argv.size()), argv.data(), host);
  }

private:
  TemporaryFile artifact;
  const LlmrtModel &model;
};

inline std::vector<int32_t> bytesOf(const std::string &text) {
  std::vector<int32_t> ids;
  for (char c : text)
    ids.push_back(static_cast<unsigned char>(c));
  return ids;
}

/// "1,2,3\n".
inline std::string idLine(const std::vector<int32_t> &ids) {
  std::string line;
  for (int32_t id : ids)
    line += (line.empty() ? "" : ",") + std::to_string(id);
  return line + "\n";
}

} // namespace llmrt::test

#endif // LLMC_TEST_APPTESTING_H
