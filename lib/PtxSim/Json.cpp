//===- Json.cpp - counters as text ----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "llmc/PtxSim/Launch.h"

#include <nlohmann/json.hpp>

using namespace llmc::ptxsim;

std::string llmc::ptxsim::toJson(const Counters &counters, bool oneLine) {
  auto requests = [](const Counters::Requests &r) {
    return nlohmann::ordered_json{
        {"requests", r.requests}, {"sectors", r.sectors}, {"bytes", r.bytes}};
  };
  nlohmann::ordered_json object{
      {"warp_instructions", counters.warpInstructions},
      {"lane_instructions", counters.laneInstructions},
      {"global_loads", requests(counters.loads)},
      {"global_stores", requests(counters.stores)},
      {"shared",
       {{"requests", counters.shared.requests},
        {"passes", counters.shared.passes},
        {"least_passes", counters.shared.leastPasses}}},
      {"async",
       {{"copies", counters.asyncCopies},
        {"bytes", counters.asyncBytes},
        {"most_bytes_in_flight", counters.mostBytesInFlight}}},
      {"opcodes", counters.opcodes}};
  return object.dump(oneLine ? -1 : 2);
}
