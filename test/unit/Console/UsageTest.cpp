//===- UsageTest.cpp - what a wrong command line is told ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Usage.h"

#include <gtest/gtest.h>

using namespace llmrt;

namespace {

/// A program with two commands; one takes a text where no command stands.
class Tool {
public:
  explicit Tool(bool takesText = false) {
    make = cli.add_subcommand("make", "Makes");
    CLI::App *show = cli.add_subcommand("show", "Shows");
    make->add_option("MODEL", model, "a file")->required();
    takesName(make->add_option("-k,--kind", kind, "Its kind"), {"i8", "f32"},
              "there are no others");
    takesWhole(make->add_option("--size", size, "Its size"), 1, 100000);
    takesNumber(make->add_option("--share", share, "Its share"), 0, 1);
    make->add_option("--out", out, "Where")->type_name("FILE");
    make->add_option("--raw", raw, "Without a check");
    auto *left = make->add_flag("--left", wantsLeft, "Left");
    make->add_flag("--right", right, "Right")->excludes(left);
    show->add_flag("--all", all, "All");
    if (takesText)
      cli.add_option("text", text, "A text");
    else
      cli.require_subcommand(1);
  }

  /// The first line of the error.
  std::string operator()(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());
    try {
      cli.parse(arguments);
    } catch (const CLI::ParseError &error) {
      std::string all =
          explainUsage(cli, error,
                       {"tool",
                        {{"-O*", "no levels"}, {"serve", "use show"}},
                        [](const std::string &given) -> std::string {
                          return given.ends_with(".gguf") ? "a model" : "";
                        }});
      help = all.substr(all.find('\n') + 1);
      return all.substr(0, all.find('\n'));
    }
    return "";
  }

  std::string help;

private:
  CLI::App cli{"A tool"};
  CLI::App *make;
  std::string model, kind, out, text;
  int64_t size = 0, raw = 0;
  double share = 0;
  bool wantsLeft = false, right = false, all = false;
};

TEST(Usage, commands) {
  EXPECT_EQ(Tool()({}), "a command is missing: the commands are make and show");
  EXPECT_EQ(Tool()({"mkae", "x"}), "unknown command 'mkae': did you mean "
                                   "'make'? The commands are make and show");
  EXPECT_EQ(Tool()({"fly"}),
            "unknown command 'fly': the commands are make and show");
  EXPECT_EQ(Tool()({"serve"}), "unknown command 'serve': use show");
  EXPECT_EQ(Tool()({"x.gguf"}), "'x.gguf' is no command: a model");
}

TEST(Usage, options) {
  EXPECT_EQ(Tool()({"make", "m", "--siez", "3"}),
            "unknown option '--siez': did you mean '--size'?");
  EXPECT_EQ(Tool()({"make", "--siez=3"}), // and why MODEL is missing
            "unknown option '--siez': did you mean '--size'?");
  EXPECT_EQ(Tool()({"make", "m", "-O3"}), "unknown option '-O3': no levels");
  EXPECT_EQ(Tool()({"show", "--share", "1"}),
            "'--share' is an option of make: tool make --share ...");
  EXPECT_NE(Tool()({"show", "--zzz"}).find("tool show has --help"),
            std::string::npos);
  EXPECT_EQ(Tool()({"make", "m", "--left", "--right"}),
            "--left and --right do not go together: give one of them");
}

TEST(Usage, values) {
  EXPECT_EQ(Tool()({"make", "m", "--kind=int8"}),
            "--kind takes i8 or f32, found 'int8': did you mean 'i8'?");
  EXPECT_EQ(Tool()({"make", "m", "-k", "q4"}),
            "--kind takes i8 or f32, found 'q4': there are no others");
  EXPECT_EQ(Tool()({"make", "m", "--size=0"}),
            "--size takes a whole number, from 1 to 100000, found '0'");
  EXPECT_EQ(Tool()({"make", "m", "--size=4k"}),
            "--size takes a whole number, from 1 to 100000, found '4k': write "
            "4096");
  EXPECT_EQ(Tool()({"make", "m", "--size=99999999999999999999"}),
            "--size takes a whole number, from 1 to 100000, found "
            "'99999999999999999999'");
  EXPECT_EQ(Tool()({"make", "m", "--share", "hot"}),
            "--share takes a number, from 0 to 1, found 'hot'");
  EXPECT_EQ(Tool()({"make", "m", "--share", "nan"}),
            "--share takes a number, from 0 to 1, found 'nan'");
  EXPECT_EQ(Tool()({"make", "m", "--raw", "x\x1b"}),
            "--raw cannot be 'x?'"); // nothing raw goes to a terminal
}

TEST(Usage, numberOfArguments) {
  EXPECT_EQ(Tool()({"make"}), "make: MODEL is missing: a file");
  EXPECT_EQ(Tool()({"make", "m", "--out"}), "--out needs a value, FILE: Where");
  EXPECT_EQ(Tool()({"make", "m", "--out", "a", "--out", "b"}),
            "--out is given 2 times: give it once");
  EXPECT_EQ(Tool()({"make", "m", "n"}),
            "'n' is one argument too many: tool make takes no more; quote a "
            "text that has blanks");
  EXPECT_EQ(Tool(/*takesText=*/true)({"two", "texts"}),
            "'texts' is one argument too many: tool takes no more; quote a "
            "text that has blanks");
}

TEST(Usage, pointsToTheHelpOfTheCommand) {
  Tool tool;
  tool({"make", "m", "--size=0"});
  EXPECT_EQ(tool.help, "Run 'tool make --help' for more.");
}

} // namespace
