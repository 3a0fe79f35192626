//===- Generate.cpp - the loop of a caller that waits ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Scheduler.h"

#include <algorithm>

using namespace llmrt;

namespace {
/// Requests that end with it.
class Submitted {
public:
  explicit Submitted(Scheduler &scheduler) : scheduler(scheduler) {}
  ~Submitted() {
    for (RequestId id : ids)
      scheduler.cancel(id);
  }

  Status add(GenerationRequest request) {
    ids.reserve(ids.size() + 1); // nothing is taken that cannot be noted
    auto id = scheduler.submit(std::move(request));
    if (id)
      ids.push_back(*id);
    return id.status();
  }
  /// Which of them; ids.size() for somebody else's.
  size_t indexOf(RequestId id) const {
    return std::find(ids.begin(), ids.end(), id) - ids.begin();
  }
  size_t count() const { return ids.size(); }

private:
  Scheduler &scheduler;
  std::vector<RequestId> ids;
};
} // namespace

Status llmrt::generate(Scheduler &scheduler,
                       std::vector<GenerationRequest> requests,
                       const GenerationListener &listener) {
  Submitted submitted(scheduler);
  for (GenerationRequest &request : requests)
    if (Status status = submitted.add(std::move(request)); !status)
      return status;
  std::vector<GenerationEvent> events;
  for (;;) {
    auto more = scheduler.poll(events);
    if (!more)
      return more.status();
    if (!*more)
      return Status::ok();
    if (listener.onStep && !listener.onStep())
      return Status::ok();
    for (const GenerationEvent &event : events) {
      const size_t index = submitted.indexOf(event.request);
      if (index == submitted.count())
        continue;
      const bool goesOn = event.token == GenerationEvent::noToken ||
                          listener.onToken(index, event.token);
      if (!goesOn)
        scheduler.cancel(event.request);
      else if (event.ended && listener.onEnd)
        listener.onEnd(index, event.reason);
    }
  }
}
