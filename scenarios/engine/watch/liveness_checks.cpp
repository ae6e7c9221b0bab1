// Checks that must hold by the end of settle.
#include <algorithm>
#include <map>
#include <numeric>

#include "scenarios/engine/text/quantity.hpp"
#include "scenarios/engine/watch/check_run.hpp"

namespace lastmile::scenario {
namespace {

using message::Status;

// States and queues of nodes that were never told anything are no evidence.
const std::string kNoMessages = "there was no message in the run";

std::string nodes_text(const Ledger& ledger) {
  return of_count(ledger.targets(), ledger.honest_core_nodes()) + " nodes";
}

std::string excused_text(std::uint64_t excused) {
  if (excused == 0) return "";
  return "; " + human_count(excused) + " excused (not taken, lost with every disk that held them, or built on such)";
}

std::string fate_text(const Ledger& ledger, MessageId id, Node node) {
  const Expected expected = ledger.at(id).expected;
  const bool refused = expected == Expected::refused || expected == Expected::hanging;
  return std::string(message::status_text(ledger.status(id, node))) + " on " + ledger.table()[node].name +
         " at the end" + (refused ? ", and must be refused by the rules of permission and payment" : "");
}

class Healed final : public CheckRun {
 public:
  using CheckRun::CheckRun;
  bool holds() const override { return !c_.healing.fault_end() || c_.healing.held_at() || c_.healing.required() == 0; }
  CheckResult result(Instant end) override {
    CheckResult r = start();
    const auto fault_end = c_.healing.fault_end();
    const std::uint64_t required = c_.healing.required();
    if (!fault_end || required == 0 || c_.ledger.targets() == 0) {
      r.detail = !fault_end      ? no_fault_ended()
                 : required == 0 ? "nothing was published before the last fault ended"
                                 : "no honest core node runs";
      return r;
    }
    r.examined = required * c_.ledger.targets();
    const std::uint64_t done = required - c_.healing.outstanding();
    r.detail = of_count(done, required) + " messages on " + nodes_text(c_.ledger);
    const auto held = c_.healing.held_at();
    if (!held) {
      r.verdict = Verdict::fail;
      name_missing(r, end, *fault_end);
    } else {
      r.held_at = held;
      const Duration took = *held - *fault_end;
      r.detail += ", " + human_duration(took) + " after the last fault";
      r.verdict = Verdict::pass;
      if (const auto& within = check_.within; within && took > *within) {
        r.verdict = Verdict::fail;
        r.detail += ", expected within " + human_duration(*within);
        r.first_violation =
            Violation{*fault_end + *within, "", "", "not healed " + human_duration(*within) + " after the last fault"};
      }
    }
    r.detail += excused_text(c_.healing.excused());
    return r;
  }

 private:
  std::string no_fault_ended() const {
    const auto& spans = c_.timeline.spans();
    const auto lasts = std::find_if(spans.begin(), spans.end(), [](const FaultSpan& span) { return !span.ended; });
    if (lasts != spans.end()) return "the fault " + c_.scenario.faults[lasts->entry].name + " was still in force";
    const auto& harm = c_.timeline.adversary_spans();
    const auto acts = std::find_if(harm.begin(), harm.end(), [](const AdversarySpan& span) { return !span.ended; });
    if (acts != harm.end()) return "the adversary " + c_.scenario.adversaries[acts->entry].name + " was still at work";
    return spans.empty() && harm.empty() ? "no fault was in force" : "a fault was still to come";
  }
  void name_missing(CheckResult& r, Instant end, Instant fault_end) const {
    const auto excuses = c_.ledger.excuses();
    for (MessageId id = 0; id < c_.ledger.size(); ++id) {
      const MessageRecord& message = c_.ledger.at(id);
      if (!message.from_traffic || message.published >= fault_end || excuses[id] != Excuse::none) continue;
      if (c_.ledger.missing(id) == 0) continue;
      for (Node node = 0; node < c_.ledger.nodes(); ++node) {
        if (!c_.ledger.target(node) || c_.ledger.is_done(id, node)) continue;
        r.first_violation =
            Violation{end, c_.node_name(node), message.hash.text(), "still " + fate_text(c_.ledger, id, node)};
        return;
      }
    }
  }
};

class Converged final : public CheckRun {
 public:
  using CheckRun::CheckRun;
  bool holds() const override { return held_.has_value() || c_.ledger.states() < 2; }
  void on_sample(Instant time) override {
    if (time < c_.timeline.traffic_end()) return;
    look(time);
  }
  CheckResult result(Instant end) override {
    confirmed_sum_.reset();  // the last word is the digests'
    look(end);
    CheckResult r = start();
    r.examined = examined_;
    if (examined_ < 2 || (held_ && c_.ledger.size() == 0)) {
      r.examined = 0;
      r.detail =
          (examined_ < 2 ? "fewer than two honest core nodes with a state run" : kNoMessages) + c_.without_state();
      return r;
    }
    r.detail = of_count(equal_, examined_) + " nodes equal";
    if (!held_) {
      r.verdict = Verdict::fail;
      r.first_violation =
          Violation{end, c_.node_name(differs_), "", "its state differs from that of the largest group"};
      r.detail += c_.without_state();
      return r;
    }
    r.held_at = held_;
    r.verdict = Verdict::pass;
    judge_within(r, "states still differed");
    r.detail += c_.without_state();
    return r;
  }

 private:
  void look(Instant time) {
    const WorldView& view = c_.ledger.view();
    std::vector<Node> targets;
    for (Node node = 0; node < c_.ledger.nodes(); ++node) {
      if (c_.ledger.has_state(node)) targets.push_back(node);
    }
    examined_ = targets.size();
    if (targets.size() < 2) return;
    // Different sums settle it; equal ones are confirmed by digests, once for each sum: digests read every entry.
    std::map<std::optional<std::uint64_t>, std::vector<Node>> by_sum;
    for (const Node node : targets) by_sum[view.state_sum(node)].push_back(node);
    std::map<Hash256, std::vector<Node>> groups;
    const bool sums_known = by_sum.count(std::nullopt) == 0;
    if (sums_known && by_sum.size() > 1) {
      largest(by_sum);
      held_.reset();
      return;
    }
    if (sums_known && held_ && confirmed_sum_ == by_sum.begin()->first) {
      equal_ = targets.size();
      return;
    }
    for (const Node node : targets) groups[view.state_digest(node)].push_back(node);
    largest(groups);
    if (groups.size() > 1) {
      held_.reset();
      return;
    }
    confirmed_sum_ = by_sum.begin()->first;
    if (!held_) held_ = time;
  }
  template <class Groups>
  void largest(const Groups& groups) {
    const auto* biggest = &*groups.begin();
    for (const auto& group : groups) {
      if (group.second.size() > biggest->second.size()) biggest = &group;
    }
    equal_ = biggest->second.size();
    for (const auto& group : groups) {
      if (&group != biggest) {
        differs_ = group.second.front();
        break;
      }
    }
  }
  std::optional<Instant> held_;
  std::optional<std::uint64_t> confirmed_sum_;  // the sum of states whose digests were seen to be equal
  std::uint64_t examined_ = 0;
  std::uint64_t equal_ = 0;
  Node differs_ = 0;
};

// Every message of a kind is settled on every target: all_processed and acknowledged_everywhere.
class Everywhere final : public CheckRun {
 public:
  using CheckRun::CheckRun;
  bool holds() const override { return held_.has_value() || required_ == 0; }
  void on_sample(Instant time) override {
    if (time < c_.timeline.traffic_end()) return;
    look(time);
  }
  CheckResult result(Instant end) override {
    look(end);
    CheckResult r = start();
    const bool acknowledged = check_.name == CheckName::acknowledged_everywhere;
    if (const auto id = wrongly_excused()) {
      r.verdict = Verdict::fail;
      r.examined = required_ + 1;
      r.detail = "a message is excused that is not lost";
      r.first_violation = Violation{end, "", c_.ledger.at(*id).hash.text(), kRecoverable};
      return r;
    }
    if (required_ == 0 || c_.ledger.targets() == 0) {
      r.detail = c_.ledger.targets() == 0 ? "no honest core node runs"
                 : acknowledged           ? "no message was acknowledged"
                                          : "no message was published";
      r.detail += excused_text(excused_);
      return r;
    }
    r.examined = required_ * c_.ledger.targets();
    r.detail = of_count(required_ - incomplete_, required_) + (acknowledged ? " acknowledged" : "") + " messages on " +
               nodes_text(c_.ledger);
    r.verdict = held_ ? Verdict::pass : Verdict::fail;
    r.held_at = held_;
    judge_within(r, "messages were still missing");
    r.detail += excused_text(excused_);
    if (!held_) {
      r.first_violation = Violation{end, c_.node_name(first_node_), c_.ledger.at(first_id_).hash.text(),
                                    fate_text(c_.ledger, first_id_, first_node_)};
    }
    return r;
  }

 private:
  void look(Instant time) {
    const auto excuses = c_.ledger.excuses();
    const bool acknowledged = check_.name == CheckName::acknowledged_everywhere;
    required_ = incomplete_ = excused_ = 0;
    for (MessageId id = 0; id < c_.ledger.size(); ++id) {
      const MessageRecord& message = c_.ledger.at(id);
      if (!message.from_traffic || (acknowledged && !message.acknowledged)) continue;
      if (excuses[id] != Excuse::none) {
        ++excused_;
        continue;
      }
      ++required_;
      if (c_.ledger.missing(id) == 0) continue;
      if (incomplete_++ == 0) remember(id);
    }
    if (incomplete_ > 0 || c_.ledger.targets() == 0) {
      held_.reset();
    } else if (!held_) {
      held_ = time;
    }
  }
  std::optional<MessageId> wrongly_excused() const {
    const auto excuses = c_.ledger.excuses();
    for (MessageId id = 0; id < excuses.size(); ++id) {
      if (c_.ledger.at(id).from_traffic && c_.ledger.recoverable(id, excuses[id])) return id;
    }
    return std::nullopt;
  }
  void remember(MessageId id) {
    first_id_ = id;
    for (Node node = 0; node < c_.ledger.nodes(); ++node) {
      if (c_.ledger.target(node) && !c_.ledger.is_done(id, node)) {
        first_node_ = node;
        return;
      }
    }
  }
  std::uint64_t required_ = 0;
  std::uint64_t incomplete_ = 0;
  std::uint64_t excused_ = 0;
  MessageId first_id_ = 0;
  Node first_node_ = 0;
  std::optional<Instant> held_;
};

// On every target: a node that missed a block or an archive does not know what the others know.
class Confirmed final : public CheckRun {
 public:
  Confirmed(const CheckContext& context, const Check& check) : CheckRun(context, check) {
    const auto& chains = context.scenario.world.chains;
    for (std::uint32_t i = 0; i < chains.size(); ++i) {
      const auto& names = check.chains;
      if (names.empty() || std::find(names.begin(), names.end(), chains[i].name) != names.end()) chains_.push_back(i);
    }
    done_.resize(chains.size());
  }
  std::vector<trace::Kind> wants() const override { return {trace::Kind::message_confirmed}; }
  void on_event(const Seen& seen) override {
    if (seen.id == kNoMessage || seen.event.c == 0) return;
    const auto& chains = c_.scenario.world.chains;
    for (const std::uint32_t chain : chains_) {
      if (static_cast<std::uint64_t>(chains[chain].code) == seen.event.a) mark(chain, seen.id, seen.node, true);
    }
  }
  void on_restart(Instant, Node node, DiskFate) override {  // what its disk kept, it will say
    for (const std::uint32_t chain : chains_) {
      for (MessageId id = 0; id < c_.ledger.size(); ++id) mark(chain, id, node, false);
    }
  }
  bool holds() const override { return held_.has_value() || required_ == 0; }
  void on_sample(Instant time) override {
    if (time >= c_.timeline.traffic_end()) look(time, false);
  }
  CheckResult result(Instant end) override {
    look(end, true);
    CheckResult r = start();
    if (required_ == 0) {
      r.detail = (chains_.empty() ? "there is no chain" : "no message was processed") + c_.without_state();
      return r;
    }
    r.examined = required_;
    r.detail = of_count(required_ - missing_, required_) + " confirmations are final on " +
               of_count(c_.ledger.states(), c_.ledger.honest_core_nodes() - c_.ledger.light_nodes()) + " nodes";
    r.verdict = held_ ? Verdict::pass : Verdict::fail;
    r.held_at = held_;
    judge_within(r, "final confirmations were still missing");
    r.detail += c_.without_state();
    if (!held_) {
      const std::string name = c_.node_name(first_node_);
      r.first_violation =
          Violation{end, name, c_.ledger.at(first_id_).hash.text(),
                    "no final confirmation on " + c_.scenario.world.chains[first_chain_].name + " known to " + name};
    }
    return r;
  }

 private:
  void mark(std::uint32_t chain, MessageId id, Node node, bool is) {
    const std::size_t at = std::size_t{id} * c_.ledger.nodes() + node;
    auto& done = done_[chain];
    if (done.size() <= at && is) done.resize(at + 1);
    if (at < done.size()) done[at] = is;
  }
  bool known(std::uint32_t chain, MessageId id, Node node) {
    const std::size_t at = std::size_t{id} * c_.ledger.nodes() + node;
    if (at < done_[chain].size() && done_[chain][at]) return true;
    if (!c_.ledger.view().finally_confirmed(node, chain, c_.ledger.at(id).hash)) return false;
    mark(chain, id, node, true);
    return true;
  }
  // `all`: counts every missing one; otherwise it stops at the first, which is enough to know that more must come.
  void look(Instant time, bool all) {
    required_ = missing_ = 0;
    for (MessageId id = 0; id < c_.ledger.size() && (all || missing_ == 0); ++id) {
      const MessageRecord& message = c_.ledger.at(id);
      // Confirmations of what was forgotten are erased with it.
      if (message.settled_on_targets == 0 || message.forgotten_on > 0 || message.expected != Expected::applied)
        continue;
      for (const std::uint32_t chain : chains_) {
        for (Node node = 0; node < c_.ledger.nodes(); ++node) {
          if (!c_.ledger.has_state(node)) continue;
          ++required_;
          if (!known(chain, id, node) && missing_++ == 0) {
            first_id_ = id;
            first_chain_ = chain;
            first_node_ = node;
          }
        }
      }
    }
    if (missing_ > 0) {
      held_.reset();
    } else if (!held_) {
      held_ = time;
    }
  }
  std::vector<std::uint32_t> chains_;
  std::vector<std::vector<bool>> done_;  // by chain; message * nodes + node
  std::uint64_t required_ = 0;
  std::uint64_t missing_ = 0;
  MessageId first_id_ = 0;
  std::uint32_t first_chain_ = 0;
  Node first_node_ = 0;
  std::optional<Instant> held_;
};

class BacklogDrained final : public CheckRun {
 public:
  using CheckRun::CheckRun;
  bool holds() const override { return held_.has_value() || c_.ledger.targets() == 0; }
  void on_sample(Instant time) override { look(time); }
  CheckResult result(Instant end) override {
    look(end);
    CheckResult r = start();
    r.examined = c_.ledger.size() == 0 && most_ == 0 ? 0 : c_.ledger.targets();
    if (r.examined == 0) {
      r.detail = c_.ledger.targets() == 0 ? "no honest core node runs" : kNoMessages;
      return r;
    }
    r.verdict = held_ ? Verdict::pass : Verdict::fail;
    r.held_at = held_;
    r.detail = counted(backlog_, "message") + " waiting, at most " + human_count(check_.backlog_at_most) + " may";
    if (held_) r.detail = "down to " + human_count(backlog_) + " after up to " + human_count(most_);
    judge_within(r, "more messages still waited");
    if (!held_) {
      r.first_violation = Violation{end, c_.node_name(fullest_), "",
                                    human_count(on_fullest_) + " still wait on " + c_.node_name(fullest_)};
    }
    return r;
  }

 private:
  void look(Instant time) {
    backlog_ = on_fullest_ = 0;
    for (Node node = 0; node < c_.ledger.nodes(); ++node) {
      if (!c_.ledger.target(node)) continue;
      const std::uint64_t pending = c_.ledger.view().pending(node);
      backlog_ += pending;
      if (pending > on_fullest_) {
        on_fullest_ = pending;
        fullest_ = node;
      }
    }
    most_ = std::max(most_, backlog_);
    if (backlog_ > check_.backlog_at_most) {
      held_.reset();
    } else if (!held_) {
      held_ = time;
    }
  }
  std::uint64_t backlog_ = 0;
  std::uint64_t most_ = 0;
  Node fullest_ = 0;
  std::uint64_t on_fullest_ = 0;
  std::optional<Instant> held_;
};

class OverlayConnected final : public CheckRun {
 public:
  using CheckRun::CheckRun;
  bool holds() const override { return components_ <= 1; }
  void on_sample(Instant time) override {
    if (time >= c_.timeline.traffic_end()) look(time);
  }
  CheckResult result(Instant end) override {
    look(end);
    CheckResult r = start();
    r.examined = known_;
    if (known_ < 2) {
      r.examined = 0;
      r.detail = "the mesh of no two nodes is known";
      return r;
    }
    r.verdict = components_ == 1 ? Verdict::pass : Verdict::fail;
    r.held_at = held_;
    r.detail = components_ == 1 ? human_count(known_) + " nodes in one component"
                                : human_count(known_) + " nodes in " + human_count(components_) + " components";
    judge_within(r, "the mesh was still in several components");
    if (components_ > 1)
      r.first_violation = Violation{end, c_.node_name(apart_), "", "its component does not hold all honest nodes"};
    return r;
  }

 private:
  void look(Instant time) {
    std::vector<Node> parent(c_.ledger.nodes());
    std::iota(parent.begin(), parent.end(), Node{0});
    const auto root = [&](Node node) {
      while (parent[node] != node) node = parent[node] = parent[parent[node]];
      return node;
    };
    std::vector<Node> known;
    std::vector<Node> peers;
    for (Node node = 0; node < c_.ledger.nodes(); ++node) {
      peers.clear();
      if (!c_.ledger.target(node) || !c_.ledger.view().mesh(node, peers)) continue;
      known.push_back(node);
      for (const Node peer : peers) {
        if (peer < c_.ledger.nodes() && c_.ledger.target(peer)) parent[root(node)] = root(peer);
      }
    }
    known_ = known.size();
    components_ = 0;
    std::vector<bool> counted(parent.size());
    for (const Node node : known) {
      if (!counted[root(node)]) ++components_;
      counted[root(node)] = true;
      if (root(node) != root(known.front())) apart_ = node;
    }
    if (components_ != 1) {
      held_.reset();
    } else if (!held_) {
      held_ = time;
    }
  }
  std::uint64_t known_ = 0;
  std::uint64_t components_ = 0;
  Node apart_ = 0;
  std::optional<Instant> held_;
};

}  // namespace

std::unique_ptr<CheckRun> make_liveness_check(const CheckContext& context, const Check& check) {
  switch (check.name) {
    case CheckName::healed:
      return std::make_unique<Healed>(context, check);
    case CheckName::converged:
      return std::make_unique<Converged>(context, check);
    case CheckName::all_processed:
    case CheckName::acknowledged_everywhere:
      return std::make_unique<Everywhere>(context, check);
    case CheckName::confirmed:
      return std::make_unique<Confirmed>(context, check);
    case CheckName::backlog_drained:
      return std::make_unique<BacklogDrained>(context, check);
    case CheckName::overlay_connected:
      return std::make_unique<OverlayConnected>(context, check);
    case CheckName::loss_reported:
      return make_loss_check(context, check);
    default:
      return nullptr;
  }
}

}  // namespace lastmile::scenario
