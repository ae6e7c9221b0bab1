// The messages of a run: made and signed on demand, in order of time, equal in both worlds for (scenario, seed).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/economy/account.hpp"
#include "core/message/item_hash.hpp"
#include "core/message/type.hpp"
#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/timeline/node_table.hpp"

namespace lastmile::scenario {

// A file that a wallet uploads to the entry node before it publishes the message.
struct Upload {
  message::ItemHash hash;
  std::shared_ptr<const Bytes> content;
};

struct Publication {
  std::uint64_t number = 0;  // 0, 1, ... in order of time
  Instant time;
  Node node = 0;            // where the wallet hands it in
  std::uint32_t entry = 0;  // position in Scenario::traffic
  message::Type type = message::Type::POST;
  message::ItemHash item_hash;
  std::string sender;
  std::string signature;
  std::string envelope;  // JSON text, signed
  std::vector<Upload> uploads;
  std::vector<std::uint64_t> needs;  // numbers of earlier publications it depends on (amended, forgotten)
  bool from_file = false;

  // What decides whether nodes must take it, for generated ones.
  Wall content_time;
  bool unauthorised = false;                             // its sender may not act for the owner it names
  std::string owner;                                     // who pays; empty when nothing is to be paid
  std::optional<economy::Commitment> costs;              // with an economy: what the owner must hold for it
  std::vector<std::pair<std::string, Amount>> balances;  // it tells what these addresses hold
};

// With an economy, what accounts hold is told by messages too, among the others (Publication::balances).
//
// Accounts are core/crypto Account::derive(chain, seed, index), index counted over the whole scenario. A wallet forgets
// and amends only messages that it published at least kFollowUpPause before and that were not lost(). Streams:
// ("traffic", entry name, purpose), so that entries do not change each other's luck.
class Traffic {
 public:
  static constexpr Duration kFollowUpPause = seconds(5);
  static constexpr std::size_t kEnvelopeLineBytesMax = 4 * 1024 * 1024;
  static constexpr std::size_t kFileEnvelopesMax = 10'000'000;

  // Reads traffic files; errors name file and line ("envelopes.jsonl:17: expected ..., found ...").
  static Result<Traffic> open(const Scenario& scenario, std::uint64_t seed, const NodeTable& nodes);
  Traffic(Traffic&&) noexcept;
  Traffic& operator=(Traffic&&) noexcept;
  ~Traffic();

  // Time of the next publication; empty when all was said. Costs no signing.
  std::optional<Instant> next_time() const;
  // Makes and signs it. Only while next_time() has a value.
  Publication next();
  // The network did not take it (refused, or the entry node crashed before it acknowledged): no later message builds on
  // it.
  void lost(std::uint64_t number);

  std::uint64_t published() const;  // how many next() gave
  // All senders of generated traffic, in account order; derives keys that were not needed yet (about 0.1 ms each).
  std::vector<std::string> addresses();

 private:
  struct State;
  explicit Traffic(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lastmile::scenario
