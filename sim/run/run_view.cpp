#include "sim/run/run_view.hpp"

#include <algorithm>
#include <unordered_set>

#include "core/chain/archive.hpp"
#include "core/gossip/content_check.hpp"

namespace lastmile::sim {

using scenario::Node;

namespace {

bool is_whole(const message::ItemHash& name, const Bytes& blob) {
  auto job = gossip::content_check_job(name, std::make_shared<const std::string>(as_text(blob)));
  return gossip::content_checked(job.run());
}

bool archives(const Bytes& blob, const message::ItemHash& message) {
  if (as_text(blob).find(message.view()) == std::string_view::npos) return false;
  const auto archive = chain::parse_archive(as_text(blob), true);
  return archive.ok() && std::any_of(archive->messages.begin(), archive->messages.end(),
                                     [&](const auto& envelope) { return envelope->item_hash == message; });
}

}  // namespace

SimNode* RunView::sim_node(Node node) const { return honest(node) ? engine_.node(NodeIndex{node}) : nullptr; }

node::CoreNode* RunView::core(Node node) const {
  if (nodes_[node].light) return nullptr;
  auto* found = static_cast<CoreSimNode*>(sim_node(node));
  return found == nullptr ? nullptr : found->core();
}

LightNode* RunView::light(Node node) const {
  return nodes_[node].light ? static_cast<LightNode*>(sim_node(node)) : nullptr;
}

const node::GossipLink* RunView::gossip(Node node) const {
  if (const LightNode* l = light(node)) return &l->gossip();
  const node::CoreNode* n = core(node);
  return n == nullptr ? nullptr : n->gossip();
}

void RunView::retire(Node node) {
  const node::GossipLink* link = gossip(node);
  if (link == nullptr) return;
  retired_message_bytes_.resize(nodes_.size());
  retired_message_bytes_[node] += link->router().statistics().message_bytes_sent;
  retired_repeats_.resize(nodes_.size());
  retired_repeats_[node] += link->router().statistics().duplicates;
}

std::optional<std::uint64_t> RunView::gossip_repeats(Node node) const {
  const node::GossipLink* link = gossip(node);
  const std::uint64_t before = retired_repeats_.empty() ? 0 : retired_repeats_[node];
  return before + (link == nullptr ? 0 : link->router().statistics().duplicates);
}

void RunView::look(Instant now) {
  cores_.resize(nodes_.size());
  const std::int64_t passed = (now - looked_).ns;
  if (passed <= 0) return;
  for (Node node = 0; node < nodes_.size(); ++node) {
    const Duration spent = engine_.cpu_busy(NodeIndex{node});
    const auto worked = static_cast<double>((spent - cores_[node].spent).ns);
    const double offered = static_cast<double>(passed) * engine_.spec(NodeIndex{node}).hardware.cores;
    cores_[node] = {spent, static_cast<std::uint64_t>(1e9 * worked / offered)};
  }
  looked_ = now;
}

bool RunView::running(Node node) const { return core(node) != nullptr || light(node) != nullptr; }

message::Status RunView::status(Node node, const message::ItemHash& hash) const {
  if (const LightNode* l = light(node))
    return l->held_copy(hash) == MessageTable::kNone ? message::Status::none : message::Status::processed;
  const node::CoreNode* n = core(node);
  if (n == nullptr) return message::Status::none;
  const auto status = n->view().status(hash);
  return status.ok() ? *status : message::Status::none;
}

std::optional<message::ErrorCode> RunView::code(Node node, const message::ItemHash& hash) const {
  const node::CoreNode* n = core(node);
  if (n == nullptr) return std::nullopt;
  const auto row = n->view().message(hash);
  if (!row.ok()) return std::nullopt;
  const auto& found = *row;
  return found ? found->code : std::nullopt;
}

bool RunView::any_blob(const std::function<bool(std::string_view, const Bytes&)>& is) const {
  bool found = false;
  std::unordered_set<const Bytes*> seen;  // what many nodes have, they share
  engine_.visit_blobs([&](std::string_view name, const Bytes& blob) {
    if (!found && seen.insert(&blob).second) found = is(name, blob);
  });
  return found;
}

bool RunView::bytes_on_some_disk(const message::ItemHash& hash) const {
  for (Node node = 0; node < nodes_.size(); ++node) {
    const node::CoreNode* n = core(node);
    if (n == nullptr) continue;
    const auto content = n->store().content_bytes(hash);
    if (content.ok() && *content) return true;
  }
  return any_blob(
      [&](std::string_view name, const Bytes& blob) { return name == hash.view() && is_whole(hash, blob); });
}

bool RunView::archived_on_some_disk(const message::ItemHash& hash) const {
  return any_blob([&](std::string_view, const Bytes& blob) { return archives(blob, hash); });
}

std::optional<scenario::SignedBy> RunView::signed_by(Node node, const message::ItemHash& hash) const {
  if (const LightNode* l = light(node)) {
    const MessageTable::Id id = l->held_copy(hash);
    if (id == MessageTable::kNone) return std::nullopt;
    const message::Envelope& envelope = messages_.envelope(id);
    return scenario::SignedBy{envelope.sender, envelope.signature.value_or("")};
  }
  const node::CoreNode* n = core(node);
  if (n == nullptr) return std::nullopt;
  const auto read = n->view().envelope(hash);
  if (!read.ok()) return std::nullopt;
  const auto& found = *read;
  if (!found) return std::nullopt;
  return scenario::SignedBy{found->sender, found->signature.value_or("")};
}

bool RunView::readable(Node node, const message::ItemHash& hash) const {
  const node::CoreNode* n = core(node);
  return n != nullptr && n->readable(hash);
}

// Reads everything the node holds. Several ask at the end of a run: while nothing happens the answer stays.
Hash256 RunView::state_digest(Node node) const {
  const node::CoreNode* n = core(node);
  if (n == nullptr) return {};
  digests_.resize(nodes_.size());
  Digest& known = digests_[node];
  const Digest asked{engine_.now(), engine_.events(), {}};
  if (known.at == asked.at && known.events == asked.events) return known.value;
  const auto digest = n->store().state_digest(engine_.wall());
  known = asked;
  if (digest.ok()) known.value = *digest;
  return known.value;
}

std::optional<std::uint64_t> RunView::state_sum(Node node) const {
  const node::CoreNode* n = core(node);
  if (n == nullptr) return std::nullopt;
  return n->store().state_sum().words()[0];
}

std::uint64_t RunView::held(Node node) const {
  if (const LightNode* l = light(node)) return l->held();
  const node::CoreNode* n = core(node);
  return n == nullptr ? 0 : n->store().held_total().count;
}

std::uint64_t RunView::pending(Node node) const {
  if (const LightNode* l = light(node)) return l->judging();
  const node::CoreNode* n = core(node);
  return n == nullptr ? 0 : n->pending();
}

scenario::QueueState RunView::queue(Node node, trace::Queue queue) const {
  const LightNode* l = light(node);
  const node::CoreNode* n = core(node);
  if (l == nullptr && n == nullptr) return {};
  const node::QueueGauge gauge = l != nullptr ? l->queue(queue) : n->queue(queue);
  return {gauge.depth, gauge.limit};
}

std::optional<Duration> RunView::queue_age(Node node, trace::Queue queue) const {
  const node::CoreNode* n = core(node);
  return n == nullptr ? std::nullopt : n->oldest(queue);
}

bool RunView::finally_confirmed(Node node, std::uint32_t chain, const message::ItemHash& hash) const {
  const node::CoreNode* n = core(node);
  return n != nullptr && n->finally_confirmed(hash, n->config().chains[chain].code);
}

std::optional<scenario::RewardView> RunView::rewards(Node node) const {
  const node::CoreNode* n = core(node);
  if (n == nullptr || n->rewards() == nullptr || n->rewards()->newest() == nullptr) return std::nullopt;
  const node::RewardStatement& said = n->rewards()->newest()->statement;
  return scenario::RewardView{said.end,    said.known,       said.accounts, said.sum,
                              said.supply, said.distributed, said.postings, said.complete};
}

std::optional<scenario::WireTotals> RunView::wire() const {
  std::array<std::uint64_t, scenario::kTrafficKindCount> by_kind{};
  const auto of = [&](scenario::TrafficKind kind) -> std::uint64_t& { return by_kind[static_cast<std::size_t>(kind)]; };
  using Kind = scenario::TrafficKind;
  for (Node node = 0; node < nodes_.size(); ++node) {
    if (!honest(node)) continue;  // what it was told is in what the others sent
    const TrafficCounts counts = engine_.traffic(NodeIndex{node});
    const auto sent = [&](env::Protocol protocol) { return counts.bytes_sent[static_cast<std::size_t>(protocol)]; };
    std::uint64_t enveloped = retired_message_bytes_.empty() ? 0 : retired_message_bytes_[node];
    if (const auto* link = gossip(node)) enveloped += link->router().statistics().message_bytes_sent;
    // The router counts what it hands over, the network what it accepts: a cut may stand between the two.
    enveloped = std::min(enveloped, sent(env::Protocol::gossip));
    of(Kind::messages) += enveloped;
    of(Kind::gossip_control) += sent(env::Protocol::gossip) - enveloped;
    of(Kind::reconciliation) += sent(env::Protocol::reconciliation);
    of(Kind::content) += sent(env::Protocol::content);
    of(Kind::heads) += sent(env::Protocol::heads);
    of(Kind::bulk) += counts.bulk_bytes_sent;
  }
  scenario::WireTotals totals;
  for (const std::uint64_t bytes : by_kind) totals.bytes += bytes;
  totals.message_bytes = of(Kind::messages) + of(Kind::bulk);
  totals.by_kind = by_kind;
  return totals;
}

std::optional<std::uint64_t> RunView::gauge(scenario::Gauge gauge, Node node) const {
  const LightNode* l = light(node);
  const node::CoreNode* n = core(node);
  if (l == nullptr && n == nullptr) return std::nullopt;
  switch (gauge) {
    case scenario::Gauge::peers:
      return (l != nullptr ? l->peers() : n->peers()).connected().size();
    case scenario::Gauge::mesh_degree: {
      const node::GossipLink* link = gossip(node);
      if (link == nullptr) return std::nullopt;
      return link->router().mesh(link->topic()).size();
    }
    case scenario::Gauge::disk_bytes: {
      if (n == nullptr) return std::nullopt;
      const DiskUsage usage = engine_.disk_usage(NodeIndex{node});
      return usage.key_value_bytes + usage.blob_bytes;
    }
    case scenario::Gauge::cpu_busy_parts:
      return node < cores_.size() ? std::optional(cores_[node].busy_parts) : std::nullopt;
    case scenario::Gauge::node_memory_bytes:
      break;
  }
  return std::nullopt;
}

bool RunView::mesh(Node node, std::vector<Node>& peers) const {
  const node::GossipLink* link = gossip(node);
  if (link == nullptr) return false;
  const LightNode* l = light(node);
  const env::Network& network = l != nullptr ? l->network() : static_cast<CoreSimNode*>(sim_node(node))->network();
  for (const env::PeerId peer : link->router().mesh(link->topic())) {
    if (const auto other = nodes_.find(network.identity(peer))) peers.push_back(*other);
  }
  std::sort(peers.begin(), peers.end());
  return true;
}

}  // namespace lastmile::sim
