// Nodes that ask each other for bytes: what level `flow` makes of a transfer.
#pragma once

#include <string>
#include <utility>

#include "core/base/check.hpp"
#include "tests/validation/nodes.hpp"

namespace lastmile::validation {

// Has content of every size, named by it.
class Shelf final : public env::ContentHandler {
 public:
  void on_fetch(env::PeerId, const env::ContentRange& range, Callback<void(Result<Bytes>)> reply) override {
    reply(Bytes(std::stoul(range.name), 7));
  }
};

// The asker has a connection to the server, who has a shelf; `done` is called with the last byte.
inline void fetch(sim::Engine& engine, sim::NodeIndex asker, sim::NodeIndex server, std::uint64_t bytes,
                  std::function<void()> done) {
  engine.on_loop(asker, [&] {
    Listener& self = listener(engine, asker);
    for (const env::PeerId peer : self.peers) {
      if (self.env.network.identity(peer) != engine.spec(server).name) continue;
      self.env.network.fetch(peer, {std::to_string(bytes)}, hours(10), [done = std::move(done)](Result<Bytes> result) {
        LM_CHECK(result.ok());
        done();
      });
      return;
    }
    LM_CHECK(false);
  });
}

}  // namespace lastmile::validation
