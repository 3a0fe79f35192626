//===- Streams.cpp - streams, events and graphs ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Device.h"

#include <algorithm>

using llmc::ptxsim::SimulatedDevice;
using namespace llmrt::cuda;
using llmc::ptxsim::entry;

static bool isKnown(const SimulatedDevice &device, Stream stream) {
  return !stream || device.streams.contains(stream);
}

LLMC_PTXSIM_EXPORT Result cuStreamCreate(Stream *stream, unsigned flags) {
  return entry([&](SimulatedDevice &device) {
    *stream = new StreamObject;
    device.streams.insert(*stream);
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuStreamSynchronize(Stream stream) {
  return entry([&](SimulatedDevice &device) {
    if (!isKnown(device, stream))
      return InvalidHandle;
    // A captured stream has nothing to wait for, and asking ends the capture.
    return stream && stream->capture ? StreamCaptureUnsupported : Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuStreamQuery(Stream stream) {
  return entry([&](SimulatedDevice &device) {
    return isKnown(device, stream) ? Success : InvalidHandle;
  });
}

LLMC_PTXSIM_EXPORT Result cuStreamDestroy_v2(Stream stream) {
  return entry([&](SimulatedDevice &device) {
    if (!device.streams.erase(stream))
      return InvalidHandle;
    delete stream;
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuStreamWaitEvent(Stream stream, Event event,
                                            unsigned flags) {
  return entry([&](SimulatedDevice &device) {
    if (!isKnown(device, stream) || !device.events.contains(event))
      return InvalidHandle;
    if (stream && event->capture) // the capture goes on in this stream too
      stream->capture = event->capture;
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuEventCreate(Event *event, unsigned flags) {
  return entry([&](SimulatedDevice &device) {
    *event = new EventObject;
    device.events.insert(*event);
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuEventRecord(Event event, Stream stream) {
  return entry([&](SimulatedDevice &device) {
    if (!device.events.contains(event) || !isKnown(device, stream))
      return InvalidHandle;
    event->capture = stream ? stream->capture : nullptr;
    return device.enqueue(stream, [event] {
      event->time = std::chrono::steady_clock::now();
      event->isRecorded = true;
      return Success;
    });
  });
}

LLMC_PTXSIM_EXPORT Result cuEventQuery(Event event) {
  return entry([&](SimulatedDevice &device) {
    return device.events.contains(event) ? Success : InvalidHandle;
  });
}

LLMC_PTXSIM_EXPORT Result cuEventSynchronize(Event event) {
  return cuEventQuery(event);
}

LLMC_PTXSIM_EXPORT Result cuEventElapsedTime(float *milliseconds, Event start,
                                             Event end) {
  return entry([&](SimulatedDevice &device) {
    if (!device.events.contains(start) || !device.events.contains(end) ||
        !start->isRecorded || !end->isRecorded)
      return InvalidHandle;
    *milliseconds =
        std::chrono::duration<float, std::milli>(end->time - start->time)
            .count();
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuEventDestroy_v2(Event event) {
  return entry([&](SimulatedDevice &device) {
    if (!device.events.erase(event))
      return InvalidHandle;
    delete event;
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuStreamBeginCapture_v2(Stream stream,
                                                  CaptureMode mode) {
  return entry([&](SimulatedDevice &device) {
    if (!stream) // the default stream cannot be captured
      return StreamCaptureUnsupported;
    if (!device.streams.contains(stream) || stream->capture)
      return InvalidValue;
    stream->capture = new GraphObject;
    stream->isOrigin = true;
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuStreamEndCapture(Stream stream, Graph *graph) {
  return entry([&](SimulatedDevice &device) {
    if (!device.streams.contains(stream) || !stream->capture ||
        !stream->isOrigin)
      return StreamCaptureInvalidated;
    *graph = stream->capture;
    stream->isOrigin = false;
    for (StreamObject *each : device.streams)
      if (each->capture == *graph)
        each->capture = nullptr;
    for (EventObject *each : device.events)
      if (each->capture == *graph)
        each->capture = nullptr;
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuStreamIsCapturing(Stream stream,
                                              CaptureStatus *status) {
  return entry([&](SimulatedDevice &device) {
    if (!isKnown(device, stream))
      return InvalidHandle;
    *status = stream && stream->capture ? CaptureActive : CaptureNone;
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuGraphGetNodes(Graph graph, GraphNode *nodes,
                                          size_t *count) {
  return entry([&](SimulatedDevice &) {
    size_t all = graph->nodes.size();
    if (nodes) {
      *count = std::min(*count, all);
      for (size_t k = 0; k < *count; ++k)
        nodes[k] = reinterpret_cast<GraphNode>(&graph->nodes[k]);
    } else {
      *count = all;
    }
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuGraphInstantiateWithFlags(GraphExec *exec,
                                                      Graph graph,
                                                      uint64_t flags) {
  return entry([&](SimulatedDevice &) {
    *exec = new GraphExecObject{graph->nodes};
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuGraphLaunch(GraphExec exec, Stream stream) {
  return entry([&](SimulatedDevice &device) {
    return device.enqueue(stream, [exec] {
      for (const Work &node : exec->nodes)
        if (Result result = node(); result != Success)
          return result;
      return Success;
    });
  });
}

LLMC_PTXSIM_EXPORT Result cuGraphExecDestroy(GraphExec exec) {
  delete exec;
  return Success;
}

LLMC_PTXSIM_EXPORT Result cuGraphDestroy(Graph graph) {
  delete graph;
  return Success;
}
