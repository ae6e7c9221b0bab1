#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/env/chain_gateway.hpp"
#include "sim/env/chain.hpp"
#include "sim/env/event.hpp"
#include "sim/env/slot_table.hpp"

namespace lastmile::sim {

class Kernel;

// A transaction on its way to a chain and its answer on the way back. Owned by the event that carries it.
struct Submission {
  std::uint32_t chain = 0;
  SlotRef answer;
  env::ChainEvent event;
  std::string hash;  // filled in by the chain; empty: refused
};

// A node's view of the chains: it learns of a new head after its own delay, and walks from what it has handed on to
// that head, back over a fork where there is one. Blocks come at most kCallsPerTurn at a time; the rest follows
// kTurnPause later.
class SimChainGateway final : public env::ChainGateway {
 public:
  static constexpr int kCallsPerTurn = 64;
  static constexpr Duration kTurnPause = milliseconds(1);

  SimChainGateway(Kernel& kernel, NodeIndex self) : kernel_(kernel), self_(self) {}
  ~SimChainGateway() override;

  void follow(std::string_view chain, env::Height from, std::string_view known_hash,
              env::ChainHandler& handler) override;
  void submit(std::string_view chain, std::string payload, env::Done<std::string> done) override;
  std::string publisher(std::string_view chain) const override;
  void balance(std::string_view chain, std::string address, env::Done<std::string> done) override;

  void on_head(const Event& event);  // for the kernel
  void on_answer(const Event& event);

 private:
  struct Following {
    env::ChainHandler* handler = nullptr;
    std::uint64_t generation = 0;  // grows with every follow()
    std::uint64_t from = 0;
    std::string known_hash;
    bool placed = false;                        // `delivered` stands for what the node has
    std::uint32_t delivered = Chain::kNoBlock;  // newest block handed on; kNoBlock: none yet
    std::uint32_t seen = Chain::kNoBlock;       // newest head that reached us
    bool final_told = false;
    std::uint64_t final_height = 0;
  };
  enum class AnswerKind : std::uint8_t { submit, balance, unreachable };
  struct Answer {
    AnswerKind kind = AnswerKind::unreachable;
    std::uint32_t chain = 0;
    std::string address;
    env::Done<std::string> done;
  };

  void walk(std::uint32_t chain);
  bool place(std::uint32_t chain, Following& following);
  void answer_later(Answer answer, Duration delay);

  Kernel& kernel_;
  NodeIndex self_;
  std::vector<std::unique_ptr<Following>> following_;  // by chain; made at follow()
  SlotTable<Answer> answers_;
  std::uint64_t generations_ = 0;
};

}  // namespace lastmile::sim
