//===- Session.h - what programs, the C API and servers share -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//     app (commands)        C API (llmrt.h)        [server: many users]
//           │                      │                        │
//           ├─ Conversation: messages to a prompt           │
//           ├─ TextStream: tokens to text                   │
//           ├─ generate(): the loop of a caller that waits  │
//           └──────────────────────┼────────────────────────┘
//     Scheduler: submit, poll, cancel           other policies: other classes
//        FirstComeFirstServed                   speculation: rows that it
//           │                                   proposes and checks
//        PromptReader: prompts in chunks
//           │
//     Program: artifact, model, tokenizer ──► Engine: sequences, steps, logits
//
// Who holds a sequence closes it when it goes (Sequence), whatever goes with it:
// an error, a callback that throws, a request that is cancelled.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_SESSION_H
#define LLMRT_SESSION_H

#include "llmrt/Conversation.h"
#include "llmrt/Program.h"
#include "llmrt/Prompt.h"
#include "llmrt/Scheduler.h"
#include "llmrt/Sequence.h"
#include "llmrt/TextStream.h"

#endif // LLMRT_SESSION_H
