// What checks may ask the processes of a rig, through their admin sockets.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "real/rig/rig_nodes.hpp"
#include "scenarios/engine/watch/world_view.hpp"

namespace lastmile::real {

// Figures (queues, peers, sums) are those of the last look(); statuses and digests are asked for when somebody wants to
// know, once per turn of the run's loop. A node that does not answer counts as not running from then on, and trouble()
// names it. A paused node is not asked: it says what it said last.
class RigView final : public scenario::WorldView {
 public:
  static constexpr Duration kAnswerMax = seconds(10);
  static constexpr std::size_t kUnreadMax = 10'000;

  // chain_codes: of the chains of the scenario, in its order.
  RigView(RigNodes& nodes, std::vector<std::string> chain_codes);
  ~RigView() override;

  // A message of the run: its status will be asked for.
  void know(const message::ItemHash& hash);
  // The node says that it processed this: its signature may be asked for, with those of all others in one question.
  void processed(scenario::Node node, const message::ItemHash& hash);
  void new_turn();                   // what was asked for is old
  void look();                       // asks every node for its figures and waits for them
  void retire(scenario::Node node);  // about to be lost: its counters are kept
  void admit(scenario::Node node);   // a new life can be reached
  void ask_all();                    // statuses of every node, before the last look of the checks
  const std::optional<std::string>& trouble() const { return trouble_; }
  std::uint64_t peak_memory_bytes() const { return peak_memory_bytes_; }  // of all nodes together, at a look()

  bool running(scenario::Node node) const override;
  message::Status status(scenario::Node node, const message::ItemHash& hash) const override;
  std::optional<scenario::SignedBy> signed_by(scenario::Node node, const message::ItemHash& hash) const override;
  bool readable(scenario::Node node, const message::ItemHash& hash) const override;
  Hash256 state_digest(scenario::Node node) const override;
  std::optional<std::uint64_t> state_sum(scenario::Node node) const override;
  std::uint64_t held(scenario::Node node) const override;
  std::uint64_t pending(scenario::Node node) const override;
  scenario::QueueState queue(scenario::Node node, trace::Queue queue) const override;
  std::optional<Duration> queue_age(scenario::Node node, trace::Queue queue) const override;
  bool finally_confirmed(scenario::Node node, std::uint32_t chain, const message::ItemHash& hash) const override;
  std::optional<scenario::WireTotals> wire() const override;
  std::optional<std::uint64_t> gossip_repeats(scenario::Node node) const override;
  std::optional<std::uint64_t> gauge(scenario::Gauge gauge, scenario::Node node) const override;
  bool mesh(scenario::Node node, std::vector<scenario::Node>& peers) const override;

 private:
  struct Known {
    message::Status status = message::Status::none;
    bool readable = false;
  };
  struct Figures {
    std::uint64_t held = 0, pending = 0, peers = 0, memory_bytes = 0;
    std::optional<std::uint64_t> sum;
    std::vector<scenario::QueueState> queues;
    std::vector<std::optional<Duration>> queue_ages;
    std::uint64_t disk_bytes = 0;
    std::optional<std::uint64_t> cpu_busy_parts;  // since the look before
    std::vector<scenario::Node> mesh;
    scenario::WireTotals wire;
    std::uint64_t gossip_repeats = 0;
  };
  struct Answers {
    bool silent = false;                           // it did not answer
    std::uint64_t asked_turn = 0;                  // when `known` was read
    std::vector<Known> known;                      // by position in hashes_
    std::uint64_t confirmed_turn = 0;              // when `confirmed` was read
    std::vector<std::uint64_t> confirmed;          // by position: a bit for each chain
    std::unordered_set<message::ItemHash> unread;  // processed; signatures not asked for yet, kUnreadMax at most
    std::unordered_map<message::ItemHash, scenario::SignedBy> signatures;  // read, and not asked for by a check yet
    std::uint64_t digest_turn = 0;
    Hash256 digest;
    Figures figures;
    std::uint64_t retired_repeats = 0;                // of earlier incarnations
    std::optional<std::pair<Instant, Duration>> cpu;  // at the last look: when, and what its process had used
  };
  const Known* known(scenario::Node node, const message::ItemHash& hash) const;
  void read_statuses(scenario::Node node) const;
  void read_confirmed(scenario::Node node) const;
  void read_signatures(scenario::Node node, const message::ItemHash& hash) const;
  void take_figures(scenario::Node node, const nlohmann::json& gauges);
  void look_at_processes(Instant now);
  std::optional<nlohmann::json> ask(scenario::Node node, const std::string& command,
                                    const nlohmann::json& fields) const;

  RigNodes& nodes_;
  const std::vector<std::string> chain_codes_;
  std::vector<message::ItemHash> hashes_;
  std::unordered_map<message::ItemHash, std::size_t> positions_;
  std::uint64_t turn_ = 1;
  Wall turn_wall_;
  scenario::WireTotals retired_;
  std::uint64_t peak_memory_bytes_ = 0;
  // Answers are remembered by questions that change nothing.
  mutable std::vector<Answers> answers_;
  mutable std::optional<std::string> trouble_;
};

}  // namespace lastmile::real
