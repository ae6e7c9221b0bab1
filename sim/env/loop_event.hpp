// What is handed to a node's loop, as the run digest and the trace see it (scenario-format.md section 7).
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/time.hpp"
#include "sim/env/node_index.hpp"

namespace lastmile::sim {

enum class LoopKind : std::uint8_t {
  start,       // payload: incarnation
  crash,       // payload: incarnation that ended
  frame,       // payload: digest of the frame
  request,     // a question of a peer; payload: digest of the frame, or of name and range for bulk
  response,    // the answer to ours, or its failure
  timer,       // payload: the timer's id
  connection,  // connected, lost, dial failed; payload: which and why
  disk,        // payload: number of the write or read
  executor,    // payload: key of the job
  transfer,    // payload: size and name of the content
  chain,       // payload: block, height kept, height final, or an answer
  vm,
};
inline constexpr std::size_t kLoopKindCount = 12;
std::string_view loop_kind_name(LoopKind kind);

struct LoopEvent {
  Instant time;
  NodeIndex node;
  NodeIndex source;  // the node itself for its own timers and completions
  LoopKind kind = LoopKind::start;
  std::uint64_t payload = 0;
  friend bool operator==(const LoopEvent&, const LoopEvent&) = default;
};

// Sees every loop event of the run just before its handler runs. Must not call the engine. What it does cannot change
// the digest.
class LoopObserver {
 public:
  virtual ~LoopObserver() = default;
  virtual void on_loop_event(const LoopEvent& event) = 0;
};

}  // namespace lastmile::sim
