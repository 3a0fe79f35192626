//===- Chat.cpp - a conversation ------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every turn renders the whole conversation; what the cache already holds of it
// stays there, so a turn costs its new tokens only.
//===----------------------------------------------------------------------===//
#include "App.h"
#include "ChatCommands.h"
#include "ChatInput.h"
#include "Description.h"
#include "Interrupts.h"
#include "PromptProgress.h"
#include "Report.h"

using namespace llmrt;
using namespace llmrt::app;

namespace {

/// The text of an answer, and how long it was after each token.
struct AnswerText {
  std::string text;
  std::vector<size_t> lengths;

  /// Without what the last `tokens` tokens said.
  void dropLast(int64_t tokens) {
    lengths.resize(lengths.size() - static_cast<size_t>(tokens));
    text.resize(lengths.empty() ? 0 : lengths.back());
  }
};

/// One sequence that follows the conversation.
class ChatSession {
public:
  ChatSession(Application &program, Engine &engine,
              const GenerateOptions &options, GenerationPlan plan,
              Sequence sequence)
      : program(program), engine(engine), options(options),
        plan(std::move(plan)), kept{std::move(sequence)} {}

  /// Streams the answer to a prompt. The result is what the conversation keeps
  /// of it: all but the repetitions of a loop.
  Expected<std::string> answer(std::vector<int32_t> prompt);
  /// Speed and memory of the last answer.
  void report() const;

private:
  GenerationListener listen(TextStream &text, AnswerWatch &watch,
                            PromptProgress &progress, AnswerText &answer);

  Application &program;
  Engine &engine;
  const GenerateOptions &options;
  GenerationPlan plan;
  KeptSequence kept;
  GenerationStats stats; // of the last answer
  Status written = Status::ok();
};

GenerationListener ChatSession::listen(TextStream &text, AnswerWatch &watch,
                                       PromptProgress &progress,
                                       AnswerText &answer) {
  GenerationListener listener;
  listener.onStep = [&] {
    progress.update(static_cast<int64_t>(kept.tokens.size()));
    return !interrupted();
  };
  listener.onToken = [&](size_t, int32_t token) {
    const std::string piece = text.push(token);
    answer.text += piece;
    answer.lengths.push_back(answer.text.size());
    written = program.out.write(piece);
    return watch.push(token) && written && !text.stopped();
  };
  listener.onEnd = [&](size_t, EndReason reason) { watch.end(reason); };
  return listener;
}

Expected<std::string> ChatSession::answer(std::vector<int32_t> prompt) {
  if (static_cast<int64_t>(prompt.size()) > engine.options().context)
    return Status::error(
        "the conversation has " + std::to_string(prompt.size()) +
        " tokens: the context holds " +
        std::to_string(engine.options().context) + "; /clear starts a new one");
  TextStream text(program.tokenizer(), /*continues=*/false, options.stops);
  AnswerWatch watch(plan);
  AnswerText answer;
  PromptProgress progress(program.err, static_cast<int64_t>(prompt.size()));
  GenerationRequest request = {std::move(prompt), plan.maxTokens, plan.sampler};
  ++plan.sampler.seed; // the same question again: another answer
  if (!options.ignoreEos)
    request.endIds = program.endIds();
  request.kept = &kept;
  FirstComeFirstServed scheduler(engine);
  Status status = llmrt::generate(scheduler, {std::move(request)},
                                  listen(text, watch, progress, answer));
  progress.clear();
  stats = scheduler.stats();
  if (status && written) {
    const std::string rest = text.finish();
    answer.text += rest;
    written = program.out.write(rest + "\n");
  }
  if (!written)
    return written;
  if (!status)
    return status;
  if (std::string why = watch.complaint(engine.options().context); !why.empty())
    say(program.err, "%s", why.c_str());
  // Kept whole, it would make the next answer go round as well.
  if (watch.repeatedTokens() > 0)
    answer.dropLast(watch.repeatedTokens());
  return std::move(answer.text);
}

void ChatSession::report() const {
  SamplerOptions last = plan.sampler;
  last.seed -= stats.promptTokens > 0 ? 1 : 0;
  say(program.err, "conversation: %zu of %lld tokens", kept.tokens.size(),
      static_cast<long long>(engine.options().context));
  reportRun(program.err, engine, stats, last);
}

/// Whom one talks to, and how to leave.
void greet(Application &program, const Json &facts, int64_t context) {
  const auto name = facts.find("name");
  say(program.err,
      "%s, a context of %lld tokens\n/help lists the commands; Ctrl-C stops an "
      "answer, Ctrl-D ends",
      name == facts.end() ? "A language model" : asLine(*name).c_str(),
      static_cast<long long>(context));
}

/// The conversation on a terminal or a pipe, message by message.
class Chat {
public:
  Chat(Application &program, ChatSession &session, Conversation &conversation,
       bool stats)
      : program(program), session(session), conversation(conversation),
        commands(program.err, conversation, [&session] { session.report(); }),
        stats(stats), input(program.in, program.err, program.longestPrompt()) {}

  bool isTerminal() const { return input.isTerminal(); }
  /// Until the input ends.
  Status run();

private:
  Status answer(const std::string &message);

  Application &program;
  ChatSession &session;
  Conversation &conversation;
  ChatCommands commands;
  bool stats;
  ChatInput input;
};

Status Chat::answer(const std::string &message) {
  QuietTerminal quiet(program.in);
  conversation.add("user", message);
  auto prompt = conversation.encode();
  Expected<std::string> answer =
      prompt ? session.answer(std::move(*prompt)) : prompt.status();
  // A question that was taken back is none.
  if (!answer || (interrupted() && answer->empty()))
    conversation.removeLast();
  else
    conversation.add("assistant", *answer);
  if (answer && stats)
    session.report();
  return answer.status();
}

Status Chat::run() {
  std::string message;
  while (!commands.wantsExit()) {
    clearInterrupt();
    const Line kind = input.next(message);
    if (kind == Line::End) {
      if (isTerminal())
        (void)writeAll(program.err, "\n");
      return Status::ok();
    }
    if (kind == Line::Interrupted) {
      say(program.err, "\n(Ctrl-D ends)");
      continue;
    }
    if (kind == Line::Text &&
        message.find_first_not_of(" \t\n") == std::string::npos)
      continue;
    Status status =
        kind == Line::TooLong
            ? program.promptTooLong("more than " +
                                    std::to_string(program.longestPrompt()))
        : ChatCommands::isCommand(message) ? commands.run(message)
                                           : answer(message);
    if (program.out.closed())
      return status;
    if (!status && !isTerminal()) // nobody is there to say something else
      return status;
    if (!status)
      complain(program.err, status.message());
  }
  return Status::ok();
}

} // namespace

Status app::chat(Application &program, const ChatOptions &options) {
  if (auto needed = program.needTokenizer(); !needed)
    return needed.status();
  if (!program.hasChatTemplate())
    return Status::error("this model has no chat template: use run");
  auto conversation =
      Conversation::create(program, options.system, options.variables);
  if (!conversation)
    return conversation.status();
  auto plan = planAnswer(program, options.generate);
  if (!plan)
    return plan.status();
  if (Status status = Sampler::check(
          static_cast<int32_t>(program.model().vocabulary), plan->sampler);
      !status)
    return status;
  auto engine = program.createEngine({.batch = 1,
                                      .context = options.generate.context,
                                      .threads = options.generate.threads,
                                      .device = options.generate.device},
                                     plan->sampler, 1);
  if (!engine)
    return engine.status();
  auto sequence = Sequence::open(**engine);
  if (!sequence)
    return sequence.status();
  auto facts = modelInfo(program);
  if (!facts)
    return facts.status();
  if (options.generate.stats)
    say(program.err, "memory contract: %s",
        describeContract((*engine)->contract()).c_str());
  ChatSession session(program, **engine, options.generate, std::move(*plan),
                      std::move(*sequence));
  InterruptScope interrupts;
  Chat chat(program, session, *conversation, options.generate.stats);
  if (chat.isTerminal())
    greet(program, *facts, (*engine)->options().context);
  return chat.run();
}
