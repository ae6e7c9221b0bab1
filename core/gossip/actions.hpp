// What a router asks of its owner. Calls come from inside the router's own functions; none may call back into the
// router.
#pragma once

#include <cstdint>

#include "core/env/network.hpp"
#include "core/gossip/message.hpp"
#include "core/trace/rare_state.hpp"

namespace lastmile::gossip {

// Signature check of strict signing. `later`: the answer comes with Router::verified(). `busy`: the queue of checks is
// full; the message is dropped without penalty and without being marked as seen.
enum class Check : std::uint8_t { good, bad, later, busy };

// The topic's validator. `later`: the answer comes with Router::validated(), never with `later` again.
enum class Verdict : std::uint8_t { accept, reject, ignore, later };

// Who delivered a message is kNobody (limits.hpp) when its number went to another peer while the message was checked.
class Actions {
 public:
  virtual ~Actions() = default;
  // Hand an RPC to the transport. false: the transport holds enough for this peer and has not taken the frame; the
  // router queues it and everything after it until Router::on_writable(). The simulator without back-pressure says
  // true.
  virtual bool send(env::PeerId to, const env::Frame& frame) = 0;
  // Not called with Checking::none. The structure has been checked (structure_fault is none).
  virtual Check verify(const MessageRef& message, env::PeerId from) = 0;
  virtual Verdict validate(const MessageRef& message, env::PeerId from) = 0;
  // An accepted message, once; own messages are not delivered back.
  virtual void deliver(const MessageRef& message, env::PeerId from) = 0;
  // For who keeps a record of rare states.
  virtual void reached(trace::RareState /*state*/) {}
};

}  // namespace lastmile::gossip
