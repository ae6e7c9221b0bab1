// The measures of scenario-format.md 5 that come from events and samples.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "scenarios/engine/watch/check_run.hpp"
#include "scenarios/engine/watch/distribution.hpp"

namespace lastmile::scenario {

class Meters {
 public:
  explicit Meters(const CheckContext& context);

  void on_event(const Seen& seen, bool first_processing);
  void on_sample(Instant time);
  void set(std::string_view name, double value) { given_[std::string(name)] = value; }

  // Those that `wanted` names, in the order of all_measures(); parts after their measure.
  std::vector<MeasureResult> results(Instant end, const std::vector<std::string>& wanted) const;

 private:
  static constexpr std::array<std::uint32_t, 4> kCoverage{50, 90, 99, 100};
  static constexpr std::uint32_t kNodesPerSample = 2000;

  void processed(const Seen& seen);
  void acknowledged(const Seen& seen);
  std::size_t part_of(const MessageRecord& message) const;
  void confirmed(const Seen& seen);
  void sample_node(Node node);
  void sample_mesh(Node node);
  MeasureResult of(std::string name, const MeasureInfo& info, const Distribution& values, double scale) const;
  MeasureResult of(std::string name, const MeasureInfo& info, const Distribution& values) const;
  MeasureResult value_of(std::string name, const MeasureInfo& info, double value, std::uint64_t count = 1) const;
  void add_by_part(std::vector<MeasureResult>& out, const std::vector<std::string>& wanted, const MeasureInfo& info,
                   const Distribution& all, const std::array<Distribution, 3>& parts) const;
  Distribution duplicates() const;
  Distribution energy() const;
  void add_by_queue(std::vector<MeasureResult>& out, const std::vector<std::string>& wanted, const MeasureInfo& info,
                    const Distribution& all, const std::array<Distribution, trace::kQueueCount>& each) const;

  const CheckContext& c_;
  std::uint64_t published_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t nodes_failed_ = 0;
  std::uint64_t deliveries_ = 0;
  std::uint64_t disagreements_ = 0;
  std::uint64_t removing_ = 0;
  std::uint64_t refused_ = 0;
  std::vector<std::uint64_t> repeats_;    // by node: messages that came another way when it had them
  std::vector<std::uint64_t> processed_;  // by node: messages it processed, each once
  std::map<int, std::uint64_t> rejected_;
  Distribution propagation_;
  std::array<Distribution, 3> propagation_part_;  // published before, in, after trouble
  Distribution acknowledgement_;
  std::array<Distribution, 3> acknowledgement_part_;
  std::array<Distribution, 4> coverage_;
  Distribution divergence_;
  Distribution reconciliation_bytes_;
  Distribution reconciliation_rounds_;
  Distribution pending_;
  Distribution queue_all_;
  std::array<Distribution, trace::kQueueCount> queue_;
  Distribution age_all_;
  std::array<Distribution, trace::kQueueCount> age_;
  std::array<Distribution, kGaugeCount> gauges_;
  Distribution mesh_captured_;
  Distribution confirmation_lag_;
  Distribution chain_lag_;
  std::vector<bool> receipts_;                       // by message: its client was told
  std::vector<bool> confirmed_;                      // by message
  std::vector<std::vector<std::uint64_t>> heights_;  // by chain and node
  Node next_ = 0;
  std::map<std::string, double> given_;
};

}  // namespace lastmile::scenario
