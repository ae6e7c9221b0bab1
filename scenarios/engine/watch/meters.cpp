#include "scenarios/engine/watch/meters.hpp"

#include <algorithm>

namespace lastmile::scenario {
namespace {

double scale_of(MeasureUnit unit) {
  switch (unit) {
    case MeasureUnit::seconds:
    case MeasureUnit::share:
      return 1e-9;  // kept in ns and parts per 10^9
    default:
      return 1;
  }
}

constexpr std::array<std::string_view, 3> kParts{"before", "during", "after"};
constexpr double kCopyParts = 1e6;  // of one copy: means of nodes are kept as whole numbers

}  // namespace

Meters::Meters(const CheckContext& context)
    : c_(context),
      repeats_(context.ledger.nodes()),
      processed_(context.ledger.nodes()),
      heights_(context.scenario.world.chains.size(), std::vector<std::uint64_t>(context.ledger.nodes())) {}

void Meters::on_event(const Seen& seen, bool first_processing) {
  const trace::Event& e = seen.event;
  switch (e.kind) {
    case trace::Kind::message_published:
      published_ += seen.id != kNoMessage && c_.ledger.at(seen.id).from_traffic;
      break;
    case trace::Kind::message_acknowledged:
      acknowledged(seen);
      break;
    case trace::Kind::node_failed:
      ++nodes_failed_;
      break;
    case trace::Kind::message_received:
      if (e.a == 0) ++repeats_[seen.node];
      break;
    case trace::Kind::message_processed:
      if (first_processing) processed(seen);
      break;
    case trace::Kind::status_changed:
      if (e.b == static_cast<std::uint64_t>(message::Status::rejected)) ++rejected_[static_cast<std::int16_t>(e.c)];
      if (e.b == static_cast<std::uint64_t>(message::Status::removing)) ++removing_;
      break;
    case trace::Kind::message_confirmed:
      confirmed(seen);
      break;
    case trace::Kind::queue_refused:
      ++refused_;
      break;
    case trace::Kind::reconciled:
      reconciliation_rounds_.add(static_cast<std::int64_t>(e.b));
      reconciliation_bytes_.add(static_cast<std::int64_t>(e.c));
      break;
    case trace::Kind::block_applied:
    case trace::Kind::chain_reorg:
      if (e.a < heights_.size()) heights_[static_cast<std::size_t>(e.a)][seen.node] = e.b;
      break;
    case trace::Kind::permission_disagreed:
      ++disagreements_;
      break;
    default:
      break;
  }
}

void Meters::processed(const Seen& seen) {
  ++deliveries_;
  ++processed_[seen.node];
  if (seen.id == kNoMessage || !c_.ledger.at(seen.id).from_traffic) return;
  const MessageRecord& message = c_.ledger.at(seen.id);
  const std::int64_t took = (seen.time - message.published).ns;
  propagation_.add(took);
  propagation_part_[part_of(message)].add(took);
  const std::uint64_t nodes = c_.ledger.honest_core_nodes();
  for (std::size_t i = 0; i < kCoverage.size(); ++i) {
    if (message.first_processings == (nodes * kCoverage[i] + 99) / 100) coverage_[i].add(took);
  }
}

std::size_t Meters::part_of(const MessageRecord& message) const {
  const Phases& phases = c_.scenario.phases;
  if (message.published < phases.start(Phase::trouble)) return 0;
  return message.published < phases.end(Phase::trouble) ? 1 : 2;
}

void Meters::acknowledged(const Seen& seen) {
  ++acknowledged_;
  if (seen.id == kNoMessage || !c_.ledger.at(seen.id).from_traffic) return;
  const MessageRecord& message = c_.ledger.at(seen.id);
  if (message.entry != seen.node) return;  // what archives bring is told to the road that brought it
  if (receipts_.size() <= seen.id) receipts_.resize(std::size_t{seen.id} + 1);
  if (receipts_[seen.id]) return;
  receipts_[seen.id] = true;
  const std::int64_t took = (seen.time - message.published).ns;
  acknowledgement_.add(took);
  acknowledgement_part_[part_of(message)].add(took);
}

void Meters::confirmed(const Seen& seen) {
  if (seen.id == kNoMessage || seen.event.c == 0 || !c_.ledger.at(seen.id).from_traffic) return;
  if (confirmed_.size() <= seen.id) confirmed_.resize(std::size_t{seen.id} + 1);
  if (confirmed_[seen.id]) return;
  confirmed_[seen.id] = true;
  confirmation_lag_.add((seen.time - c_.ledger.at(seen.id).published).ns);
}

void Meters::sample_node(Node node) {
  const WorldView& view = c_.ledger.view();
  for (std::size_t q = 0; q < trace::kQueueCount; ++q) {
    const QueueState state = view.queue(node, static_cast<trace::Queue>(q));
    if (state.limit == 0) continue;
    queue_[q].add(static_cast<std::int64_t>(state.depth));
    queue_all_.add(static_cast<std::int64_t>(state.depth));
    if (const auto age = view.queue_age(node, static_cast<trace::Queue>(q))) {
      age_[q].add(age->ns);
      age_all_.add(age->ns);
    }
  }
  for (std::size_t g = 0; g < kGaugeCount; ++g) {
    if (const auto value = view.gauge(static_cast<Gauge>(g), node)) gauges_[g].add(static_cast<std::int64_t>(*value));
  }
}

void Meters::sample_mesh(Node node) {
  std::vector<Node> peers;
  if (!c_.ledger.honest(node) || !c_.ledger.view().mesh(node, peers) || peers.empty()) return;
  const auto hostile = std::count_if(peers.begin(), peers.end(), [this](Node peer) { return !c_.ledger.honest(peer); });
  mesh_captured_.add(hostile * std::int64_t{kWhole} / static_cast<std::int64_t>(peers.size()));
}

void Meters::on_sample(Instant) {
  std::uint64_t pending = 0;
  const std::uint32_t nodes = c_.ledger.nodes();
  for (std::uint32_t i = 0; i < std::min(nodes, kNodesPerSample); ++i, next_ = next_ + 1 < nodes ? next_ + 1 : 0) {
    if (!c_.ledger.is_up(next_)) continue;
    sample_node(next_);
    if (c_.ledger.adversaries() > 0) sample_mesh(next_);
  }
  for (Node node = 0; node < nodes; ++node) {
    if (c_.ledger.is_up(node)) pending += c_.ledger.view().pending(node);
  }
  pending_.add(static_cast<std::int64_t>(pending));
  for (std::size_t i = 0; i < c_.islands.spans(); ++i) {
    const auto apart = c_.islands.difference(i);
    if (apart && !c_.timeline.spans()[i].ended) divergence_.add(static_cast<std::int64_t>(*apart));
  }
  for (const auto& chain : heights_) {
    const std::uint64_t newest = chain.empty() ? 0 : *std::max_element(chain.begin(), chain.end());
    for (Node node = 0; newest > 0 && node < chain.size(); ++node) {
      if (c_.ledger.is_up(node)) chain_lag_.add(static_cast<std::int64_t>(newest - chain[node]));
    }
  }
}

MeasureResult Meters::of(std::string name, const MeasureInfo& info, const Distribution& values) const {
  return of(std::move(name), info, values, scale_of(info.unit));
}

MeasureResult Meters::of(std::string name, const MeasureInfo& info, const Distribution& values, double scale) const {
  MeasureResult r;
  r.name = std::move(name);
  r.unit = info.unit_text;
  r.distribution = true;
  r.count = values.count();
  r.exact = values.exact();
  r.min = static_cast<double>(values.min()) * scale;
  r.mean = values.mean() * scale;
  r.p50 = static_cast<double>(values.quantile(500)) * scale;
  r.p90 = static_cast<double>(values.quantile(900)) * scale;
  r.p99 = static_cast<double>(values.quantile(990)) * scale;
  r.max = static_cast<double>(values.max()) * scale;
  return r;
}

MeasureResult Meters::value_of(std::string name, const MeasureInfo& info, double value, std::uint64_t count) const {
  MeasureResult r;
  r.name = std::move(name);
  r.unit = info.unit_text;
  r.count = count;
  r.value = value;
  return r;
}

// Gossip counts what it drops for each node, not for each message.
Distribution Meters::duplicates() const {
  Distribution out;
  for (Node node = 0; node < c_.ledger.nodes(); ++node) {
    const auto by_gossip = c_.ledger.view().gossip_repeats(node);
    if (!by_gossip || processed_[node] == 0) continue;
    const auto copies = static_cast<double>(*by_gossip + repeats_[node]);
    out.add(static_cast<std::int64_t>(copies / static_cast<double>(processed_[node]) * kCopyParts));
  }
  return out;
}

Distribution Meters::energy() const {
  Distribution out;
  for (Node node = 0; node < c_.ledger.nodes(); ++node) {
    if (!c_.ledger.view().honest(node)) continue;
    if (const auto drawn = c_.ledger.view().energy(node)) out.add(static_cast<std::int64_t>(*drawn));
  }
  return out;
}

void Meters::add_by_queue(std::vector<MeasureResult>& out, const std::vector<std::string>& wanted,
                          const MeasureInfo& info, const Distribution& all,
                          const std::array<Distribution, trace::kQueueCount>& each) const {
  const std::string name(info.name);
  if (measure_wanted(wanted, name)) out.push_back(of(name, info, all));
  for (std::size_t q = 0; q < trace::kQueueCount; ++q) {
    const std::string part = name + "." + std::string(trace::queue_name(static_cast<trace::Queue>(q)));
    if (each[q].count() > 0 && measure_wanted(wanted, part)) out.push_back(of(part, info, each[q]));
  }
}

void Meters::add_by_part(std::vector<MeasureResult>& out, const std::vector<std::string>& wanted,
                         const MeasureInfo& info, const Distribution& all,
                         const std::array<Distribution, 3>& parts) const {
  const std::string name(info.name);
  if (measure_wanted(wanted, name)) out.push_back(of(name, info, all));
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    const std::string part = name + "." + std::string(kParts[i]);
    if (measure_wanted(wanted, part)) out.push_back(of(part, info, parts[i]));
  }
}

std::vector<MeasureResult> Meters::results(Instant, const std::vector<std::string>& wanted) const {
  std::vector<MeasureResult> out;
  const auto wire = c_.ledger.view().wire();
  const auto add = [&](MeasureResult r) {
    if (measure_wanted(wanted, r.name)) out.push_back(std::move(r));
  };
  for (const MeasureInfo& info : all_measures()) {
    const std::string name(info.name);
    if (std::none_of(wanted.begin(), wanted.end(),
                     [&](const std::string& w) { return w.substr(0, w.find('.')) == name; })) {
      continue;
    }
    if (name == "propagation_s") {
      add_by_part(out, wanted, info, propagation_, propagation_part_);
    } else if (name == "acknowledgement_s") {
      add_by_part(out, wanted, info, acknowledgement_, acknowledgement_part_);
    } else if (name == "coverage_s") {
      for (std::size_t i = 0; i < kCoverage.size(); ++i)
        add(of(name + "." + std::to_string(kCoverage[i]), info, coverage_[i]));
    } else if (name == "time_to_heal_s") {
      const auto held = c_.healing.held_at();
      const auto end = c_.healing.fault_end();
      const bool known = held && end && c_.healing.required() > 0;
      add(value_of(name, info, known ? (*held - *end).seconds() : 0, known ? 1 : 0));
    } else if (name == "divergence_messages") {
      add(of(name, info, divergence_));
    } else if (name == "duplicates") {
      add(of(name, info, duplicates(), 1 / kCopyParts));
    } else if (name == "energy_wh") {
      constexpr double kMillijoules = 3600e3;  // of a watt hour
      add(of(name, info, energy(), 1 / kMillijoules));
    } else if (name == "bytes_per_message") {
      const bool known = wire && deliveries_ > 0;
      add(value_of(name, info, known ? static_cast<double>(wire->bytes) / static_cast<double>(deliveries_) : 0,
                   known ? 1 : 0));
    } else if (name == "control_share") {
      const bool known = wire && wire->bytes > 0;
      add(value_of(name, info,
                   known ? 1 - static_cast<double>(wire->message_bytes) / static_cast<double>(wire->bytes) : 0,
                   known ? 1 : 0));
    } else if (name == "reconciliation_bytes") {
      add(of(name, info, reconciliation_bytes_));
    } else if (name == "reconciliation_rounds") {
      add(of(name, info, reconciliation_rounds_));
    } else if (name == "pending_messages") {
      add(of(name, info, pending_));
    } else if (name == "queue_depth") {
      add_by_queue(out, wanted, info, queue_all_, queue_);
    } else if (name == "queue_age_s") {
      add_by_queue(out, wanted, info, age_all_, age_);
    } else if (name == "queue_refused") {
      add(value_of(name, info, static_cast<double>(refused_)));
    } else if (name == "rejected") {
      std::uint64_t total = 0;
      for (const auto& [code, count] : rejected_) total += count;
      add(value_of(name, info, static_cast<double>(total)));
      for (const message::ErrorCode each : message::kAllErrorCodes) {
        const std::string part = name + "." + std::to_string(message::number(each));
        const auto found = rejected_.find(static_cast<std::int16_t>(each));
        // One that never came is nothing to report, and none to whoever asks for it.
        const bool asked = std::find(wanted.begin(), wanted.end(), part) != wanted.end();
        if (found != rejected_.end() || asked) {
          add(value_of(part, info, found == rejected_.end() ? 0 : static_cast<double>(found->second)));
        }
      }
    } else if (name == "removing") {
      add(value_of(name, info, static_cast<double>(removing_)));
    } else if (name == "permission_disagreements") {
      add(value_of(name, info, static_cast<double>(disagreements_)));
    } else if (name == "confirmation_lag_s") {
      add(of(name, info, confirmation_lag_));
    } else if (name == "chain_lag_blocks") {
      add(of(name, info, chain_lag_));
    } else if (name == "mesh_captured") {
      add(of(name, info, mesh_captured_));
    } else if (name == "deliveries") {
      add(value_of(name, info, static_cast<double>(deliveries_)));
    } else if (name == "published") {
      add(value_of(name, info, static_cast<double>(published_)));
    } else if (name == "acknowledged") {
      add(value_of(name, info, static_cast<double>(acknowledged_)));
    } else if (name == "nodes_failed") {
      add(value_of(name, info, static_cast<double>(nodes_failed_)));
    } else if (name == "topology") {
      for (const std::string_view part : info.parts) {
        const auto given = given_.find(name + "." + std::string(part));
        if (given != given_.end()) add(value_of(given->first, info, given->second));
      }
    } else {
      static constexpr std::array<std::string_view, kGaugeCount> kGauges{"disk_bytes", "node_memory_bytes", "cpu_busy",
                                                                         "peers", "mesh_degree"};
      const auto found = std::find(kGauges.begin(), kGauges.end(), info.name);
      if (found != kGauges.end()) add(of(name, info, gauges_[static_cast<std::size_t>(found - kGauges.begin())]));
    }
  }
  return out;
}

}  // namespace lastmile::scenario
