// Checks that are watched always.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "core/base/check.hpp"
#include "scenarios/engine/text/quantity.hpp"
#include "scenarios/engine/watch/watching.hpp"

namespace lastmile::scenario {

std::string of_count(std::uint64_t part, std::uint64_t whole) {
  return human_count(part) + " of " + human_count(whole);
}

std::string CheckContext::without_state() const {
  const std::uint32_t light = ledger.light_nodes();
  if (light == 0) return "";
  return "; " + counted(light, "light node") + (light == 1 ? " keeps" : " keep") + " no state and " +
         (light == 1 ? "was" : "were") + " not looked at";
}

std::string CheckContext::without_adversaries() const {
  const std::uint32_t some = ledger.adversaries();
  if (some == 0) return "";
  return "; honest nodes alone, without " + (some == 1 ? "1 adversary" : human_count(some) + " adversaries");
}

void CheckRun::judge_within(CheckResult& r, std::string otherwise) const {
  if (r.verdict != Verdict::pass || !r.held_at || !check_.within) return;
  const Instant settle = c_.timeline.traffic_end();
  const Duration took = *r.held_at - settle;
  if (took <= *check_.within) return;
  r.verdict = Verdict::fail;
  r.detail +=
      " only " + human_duration(took) + " after the start of settle, expected within " + human_duration(*check_.within);
  r.first_violation = Violation{settle + *check_.within, "", "", std::move(otherwise)};
}

void CheckRun::violated(Instant time, Node node, MessageId id, std::string event) {
  violated(time, c_.node_name(node), id == kNoMessage ? std::string() : c_.ledger.at(id).hash.text(), std::move(event));
}

void CheckRun::violated(Instant time, std::string node, std::string message, std::string event) {
  ++violations_;
  if (!violation_) violation_ = Violation{time, std::move(node), std::move(message), std::move(event)};
}

namespace {

using message::Status;
using trace::Kind;

class NoForgedMessage final : public Watching {
 public:
  using Watching::Watching;
  std::vector<Kind> wants() const override { return {Kind::message_processed}; }
  void on_event(const Seen& seen) override {
    if (!c_.ledger.honest(seen.node)) return;
    ++examined_;
    if (seen.id != kNoMessage) {
      // The hash is genuine; sender and signature are read when the node may be asked.
      if (c_.ledger.at(seen.id).from_traffic) to_compare_.push_back({seen.time, seen.node, seen.id});
      return;
    }
    violated(seen.time, c_.node_name(seen.node), std::string(seen.event.item),
             c_.node_name(seen.node) + " processed a message that no wallet of the run signed");
  }
  void on_sample(Instant) override { compare(); }
  CheckResult result(Instant) override {
    compare();
    std::string good = of_count(examined_, examined_) + " processed were signed by wallets of the run";
    if (unread_ > 0) good += "; signatures of " + human_count(unread_) + " could not be read";
    return conclude(std::move(good), "no message was processed", "messages that nobody signed were processed");
  }

 private:
  struct Processed {
    Instant time;
    Node node;
    MessageId id;
  };
  void compare() {
    for (const Processed& p : to_compare_) {
      const MessageRecord& message = c_.ledger.at(p.id);
      const auto found = c_.ledger.view().signed_by(p.node, message.hash);
      if (!found) {  // it went down meanwhile
        ++unread_;
      } else if (*found != message.signed_by) {
        violated(p.time, p.node, p.id,
                 c_.node_name(p.node) + " processed it with another " +
                     (found->sender != message.signed_by.sender ? "sender" : "signature") + " than its wallet's");
      }
    }
    to_compare_.clear();
  }
  std::vector<Processed> to_compare_;  // since the last sample
  std::uint64_t unread_ = 0;
};

class AcknowledgedKept final : public Watching {
 public:
  using Watching::Watching;
  void on_restart(Instant time, Node node, DiskFate disk) override {
    if (disk == DiskFate::lost) return;  // what it acknowledged went with its disk; the ledger knows
    const std::uint64_t before = examined_;
    look_at(time, node);
    if (examined_ > before) ++restarts_;  // a group that starts late has nothing to keep
  }
  CheckResult result(Instant end) override {
    for (Node node = 0; node < c_.ledger.nodes(); ++node) {
      if (c_.ledger.is_up(node)) look_at(end, node);
    }
    std::string good = "everything acknowledged is still there";
    if (restarts_ > 0) good += ", also after " + counted(restarts_, "restart");
    if (!unasked_.empty()) good += "; " + counted(unasked_.size(), "node") + " could not be asked";
    return conclude_states(std::move(good), "no message was acknowledged by a node that still has its disk",
                           "acknowledged messages are gone");
  }

 private:
  void look_at(Instant time, Node node) {
    if (!c_.ledger.honest(node)) return;
    for (MessageId id = 0; id < c_.ledger.size(); ++id) {
      const MessageRecord& message = c_.ledger.at(id);
      const auto& by = message.acknowledged_by;
      if (std::find(by.begin(), by.end(), node) == by.end()) continue;
      const Status status = c_.ledger.view().status(node, message.hash);
      // It died by itself, or its disk is damaged: what it still has, nobody knows.
      if (!c_.ledger.view().running(node) || c_.ledger.damaged(node)) {
        unasked_.insert(node);
        return;
      }
      ++examined_;
      if (status != Status::none) continue;
      violated(time, node, id, c_.node_name(node) + " does not have a message that it had acknowledged");
    }
  }
  std::uint64_t restarts_ = 0;
  std::set<Node> unasked_;
};

class ForgottenStaysForgotten final : public Watching {
 public:
  using Watching::Watching;
  std::vector<Kind> wants() const override { return {Kind::status_changed, Kind::message_processed}; }
  void on_event(const Seen& seen) override {
    if (seen.id == kNoMessage || !c_.ledger.honest(seen.node)) return;
    const bool moved = seen.event.kind == Kind::status_changed;
    if (moved && seen.event.b == static_cast<std::uint64_t>(Status::forgotten)) remember(seen.id, seen.node);
    const bool back = !moved || seen.event.b == static_cast<std::uint64_t>(Status::processed) ||
                      seen.event.b == static_cast<std::uint64_t>(Status::removing);
    if (!back || !remembers(seen.id, seen.node)) return;
    violated(seen.time, seen.node, seen.id, c_.node_name(seen.node) + " applied a message again that it had forgotten");
  }
  void on_restart(Instant time, Node node, DiskFate disk) override {
    if (disk == DiskFate::lost) {  // it begins anew, and knows nothing that it could forget
      for (MessageId id = 0; id < forgotten_.size(); ++id) clear(id, node);
    } else if (disk == DiskFate::torn) {
      excuse_torn(node);
    }
    look_at(time, node);
  }
  CheckResult result(Instant end) override {
    for (Node node = 0; node < c_.ledger.nodes(); ++node) {
      if (c_.ledger.is_up(node)) look_at(end, node);
    }
    return conclude_states("nothing that was forgotten can be read", "nothing was forgotten",
                           "forgotten messages came back");
  }

 private:
  // The ledger follows what a node says after a restart, so it cannot be asked what the node had said before.
  bool remembers(MessageId id, Node node) const {
    return id < forgotten_.size() && !forgotten_[id].empty() && forgotten_[id][node];
  }
  void remember(MessageId id, Node node) {
    if (forgotten_.size() <= id) forgotten_.resize(std::size_t{id} + 1);
    if (forgotten_[id].empty()) forgotten_[id].resize(c_.ledger.nodes());
    forgotten_[id][node] = true;
  }
  void clear(MessageId id, Node node) {
    if (!forgotten_[id].empty()) forgotten_[id][node] = false;
  }
  // A FORGET that was not durable yet may be torn off with all it did; then nothing was broken. One that is still there
  // must still hold.
  void excuse_torn(Node node) {
    std::vector<bool> named(c_.ledger.size());
    for (MessageId id = 0; id < c_.ledger.size(); ++id) {
      const MessageRecord& message = c_.ledger.at(id);
      if (message.type != message::Type::FORGET || !is_settled(c_.ledger.status(id, node))) continue;
      for (const MessageId target : message.needs) named[target] = true;
    }
    for (MessageId id = 0; id < forgotten_.size(); ++id) {
      if (!named[id] && c_.ledger.status(id, node) != Status::forgotten) clear(id, node);
    }
  }
  void look_at(Instant time, Node node) {
    if (!c_.ledger.honest(node)) return;
    for (MessageId id = 0; id < forgotten_.size(); ++id) {
      if (!remembers(id, node)) continue;
      ++examined_;
      if (c_.ledger.view().readable(node, c_.ledger.at(id).hash)) {
        violated(time, node, id, c_.node_name(node) + " shows the content of a message that it had forgotten");
      }
    }
  }
  std::vector<std::vector<bool>> forgotten_;  // by message and node: it said so
};

class StatusMovesLegal final : public Watching {
 public:
  using Watching::Watching;
  std::vector<Kind> wants() const override { return {Kind::status_changed}; }
  void on_event(const Seen& seen) override {
    if (!c_.ledger.honest(seen.node)) return;
    ++examined_;
    const bool in_range = seen.event.a < message::kStatusCount && seen.event.b < message::kStatusCount;
    const auto from = static_cast<Status>(in_range ? seen.event.a : 0);
    const auto to = static_cast<Status>(in_range ? seen.event.b : 0);
    // Not only what the node says: it must not forget that it had forgotten.
    const bool final = seen.before == Status::forgotten || seen.before == Status::removed;
    if (in_range && message::legal_move(from, to) && !(final && to != seen.before)) return;
    const std::string item(seen.event.item);
    violated(seen.time, c_.node_name(seen.node), item,
             c_.node_name(seen.node) + " moved it from " +
                 std::string(message::status_text(final ? seen.before : from)) + " to " +
                 std::string(message::status_text(to)));
  }
  CheckResult result(Instant) override {
    return conclude_states(of_count(examined_, examined_) + " moves were legal", "no status changed", "illegal moves");
  }
};

// The words of a queue for somebody who does not know the node.
std::string queue_text(std::size_t queue) {
  static constexpr std::array<std::string_view, trace::kQueueCount> kMeanings{
      "messages not looked at yet", "signatures being checked",        "contents being fetched",
      "messages that must wait",    "what is sent to one peer",        "comparisons with peers",
      "archives being fetched",     "contents and archives worked on", "heads of archives to be checked"};
  return std::string(trace::queue_name(static_cast<trace::Queue>(queue))) + " (" + std::string(kMeanings[queue]) + ")";
}

std::string second_text(Instant time) { return fmt::format("{:.1f} s", static_cast<double>(time.ns) / 1e9); }

// A full queue turns away what comes, and says so: that is what its limit is for. Holding more is the violation.
class BoundedQueues final : public Watching {
 public:
  using Watching::Watching;
  std::vector<Kind> wants() const override { return {Kind::queue_depth, Kind::queue_refused}; }
  void on_event(const Seen& seen) override {
    if (seen.event.a >= trace::kQueueCount) return;
    if (seen.event.kind == Kind::queue_depth) {
      look(seen.time, seen.node, seen.event.a, seen.event.b, seen.event.c);
    } else if (refused_++ == 0) {
      first_refused_ = {seen.time, seen.node, seen.event.a, 0, 0};
    }
  }
  void on_sample(Instant time) override {
    // At most kNodesPerSample nodes per second, in turn: a hundred thousand light nodes need no closer look.
    const std::uint32_t nodes = c_.ledger.nodes();
    for (std::uint32_t i = 0; i < std::min(nodes, kNodesPerSample); ++i, next_ = next_ + 1 < nodes ? next_ + 1 : 0) {
      if (!c_.ledger.is_up(next_)) continue;
      for (std::size_t q = 0; q < trace::kQueueCount; ++q) {
        const QueueState state = c_.ledger.view().queue(next_, static_cast<trace::Queue>(q));
        if (state.limit > 0) look(time, next_, q, state.depth, state.limit);
      }
    }
  }
  CheckResult result(Instant) override {
    std::string good = "no queue held more than its limit";
    if (fullest_.limit > 0) {
      good += std::string("; ") + (fullest_.depth == fullest_.limit ? "first full" : "fullest") + ": " +
              queue_text(fullest_.queue) + " of " + c_.node_name(fullest_.node) + ", " +
              of_count(fullest_.depth, fullest_.limit) + " at " + second_text(fullest_.time);
    }
    if (refused_ > 0) {
      good += "; turned away for lack of room, as limits are meant to: " + human_count(refused_) + ", first by " +
              queue_text(first_refused_.queue) + " of " + c_.node_name(first_refused_.node) + " at " +
              second_text(first_refused_.time);
    }
    return conclude(std::move(good), "no queue was seen", "times a queue held more than its limit");
  }

 private:
  static constexpr std::uint32_t kNodesPerSample = 2000;
  struct Fill {
    Instant time;
    Node node = 0;
    std::size_t queue = 0;
    std::uint64_t depth = 0;
    std::uint64_t limit = 0;
  };
  void look(Instant time, Node node, std::size_t queue, std::uint64_t depth, std::uint64_t limit) {
    ++examined_;
    // depth / limit > fullest_.depth / fullest_.limit, in whole numbers.
    if (depth > 0 && (fullest_.limit == 0 || depth * fullest_.limit > fullest_.depth * limit)) {
      fullest_ = {time, node, queue, depth, limit};
    }
    if (depth <= limit) return;
    violated(time, node, kNoMessage,
             queue_text(queue) + " of " + c_.node_name(node) + " held " + human_count(depth) + ", its limit is " +
                 human_count(limit));
  }
  Node next_ = 0;
  Fill fullest_;  // the first of equals
  std::uint64_t refused_ = 0;
  Fill first_refused_;
};

class FinalityRespected final : public Watching {
 public:
  using Watching::Watching;
  std::vector<Kind> wants() const override { return {Kind::block_final, Kind::chain_reorg}; }
  void on_event(const Seen& seen) override {
    const trace::Event& e = seen.event;
    const std::pair key{seen.node, e.a};
    if (e.kind == Kind::block_final) {
      ++examined_;
      auto& height = final_[key];
      height = std::max(height, e.b);
      return;
    }
    ++reorgs_;
    ++examined_;
    const auto known = final_.find(key);
    if (known == final_.end() || e.b >= known->second) return;
    violated(seen.time, seen.node, kNoMessage,
             c_.node_name(seen.node) + " took blocks of chain " + std::to_string(e.a) + " back to height " +
                 human_count(e.b) + " although " + human_count(known->second) + " was final");
  }
  CheckResult result(Instant) override {
    return conclude_states(counted(reorgs_, "reorganisation") + ", none of final blocks", "no block became final",
                           "times something final was taken back");
  }

 private:
  std::map<std::pair<Node, std::uint64_t>, std::uint64_t> final_;
  std::uint64_t reorgs_ = 0;
};

class Diverged final : public Watching {
 public:
  Diverged(const CheckContext& context, const Check& check) : Watching(context, check) {
    for (std::uint32_t i = 0; i < context.scenario.faults.size(); ++i) {
      if (context.scenario.faults[i].name == check.during) fault_ = i;
    }
    own_sides_ = !check.between[0].terms.empty();
  }
  void on_sample(Instant) override {
    const auto& spans = c_.timeline.spans();
    for (std::size_t i = 0; i < spans.size(); ++i) {
      if (spans[i].entry != fault_ || spans[i].ended) continue;
      ++examined_;
      const std::uint64_t apart = own_sides_ ? difference() : c_.islands.difference(i).value_or(0);
      if (apart >= most_) {
        most_ = apart;
        names_ = sides(spans[i]);
      }
    }
  }
  CheckResult result(Instant end) override {
    const auto& spans = c_.timeline.spans();
    const bool lasts = std::any_of(spans.begin(), spans.end(), [&](const FaultSpan& span) {
      return span.entry == fault_ && !span.ended && end < span.until;
    });
    if (examined_ > 0 && most_ == 0 && lasts) {
      examined_ = 0;
      return conclude("", "no difference yet", "");
    }
    if (examined_ > 0 && most_ == 0) {
      violated(end, std::string(), std::string(),
               "both sides had the same messages all the time while " + check_.during + " lasted");
    }
    return conclude("up to " + counted(most_, "message") + " apart between " + names_,
                    check_.during + " was never in force at a sample", "sides never differed");
  }

 private:
  // For sides of the check's own choice: any node of each.
  std::uint64_t difference() {
    const auto first = c_.ledger.table().select(check_.between[0], "check");
    const auto second = c_.ledger.table().select(check_.between[1], "check", first);
    const auto any = [&](const std::vector<Node>& nodes, MessageId id) {
      return std::any_of(nodes.begin(), nodes.end(), [&](Node node) { return is_settled(c_.ledger.status(id, node)); });
    };
    std::uint64_t apart = 0;
    for (MessageId id = 0; id < c_.ledger.size(); ++id) apart += any(first, id) != any(second, id) ? 1 : 0;
    return apart;
  }
  std::string sides(const FaultSpan& span) const {
    if (own_sides_) return selector_text(check_.between[0]) + " and " + selector_text(check_.between[1]);
    if (const auto* cut = std::get_if<PartitionFault>(&c_.scenario.faults[fault_].body)) {
      return selector_text(cut->between[0]) + " and " + selector_text(cut->between[1]);
    }
    return human_count(span.first.size()) + " and " + human_count(span.second.size()) + " nodes";
  }
  std::uint32_t fault_ = 0;
  bool own_sides_ = false;
  std::uint64_t most_ = 0;
  std::string names_;
};

}  // namespace

std::unique_ptr<CheckRun> make_safety_check(const CheckContext& context, const Check& check) {
  switch (check.name) {
    case CheckName::no_forged_message:
      return std::make_unique<NoForgedMessage>(context, check);
    case CheckName::acknowledged_kept:
      return std::make_unique<AcknowledgedKept>(context, check);
    case CheckName::forgotten_stays_forgotten:
      return std::make_unique<ForgottenStaysForgotten>(context, check);
    case CheckName::status_moves_legal:
      return std::make_unique<StatusMovesLegal>(context, check);
    case CheckName::bounded_queues:
      return std::make_unique<BoundedQueues>(context, check);
    case CheckName::finality_respected:
      return std::make_unique<FinalityRespected>(context, check);
    case CheckName::supply_conserved:
      return make_supply_check(context, check);
    case CheckName::diverged:
      return std::make_unique<Diverged>(context, check);
    default:
      return nullptr;
  }
}

}  // namespace lastmile::scenario
