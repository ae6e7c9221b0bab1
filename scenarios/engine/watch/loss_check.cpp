// The check `loss_reported`. A fault may destroy every copy of something; then no network can bring it back, and what
// is asked for is honesty: whoever knows of it says that it is unavailable instead of waiting for ever or making
// something up, and nothing is missing that is not lost.
#include <algorithm>
#include <array>

#include "core/base/present.hpp"
#include "scenarios/engine/text/quantity.hpp"
#include "scenarios/engine/watch/check_run.hpp"

namespace lastmile::scenario {
namespace {

using message::Status;

class LossReported final : public CheckRun {
 public:
  using CheckRun::CheckRun;

  bool holds() const override { return lost_ == 0 || held_.has_value(); }
  void on_sample(Instant time) override {
    if (time >= c_.timeline.traffic_end()) look(time);
  }
  CheckResult result(Instant end) override {
    look(end);
    prove();
    CheckResult r = start();
    if (lost_ == 0 || needed_ == 0) {
      r.detail = lost_ == 0 ? "nothing was lost" : human_count(lost_) + " lost, and no node that runs knows of them";
      if (problem_) return failed(std::move(r), end);
      return r;
    }
    r.examined = needed_;
    r.detail = human_count(lost_) + " lost (" + human_count(by_kind_[0]) + " messages, " + human_count(by_kind_[1]) +
               " files or contents, " + human_count(by_kind_[2]) + " that build on them), " +
               of_count(reported_, needed_) + " reports of nodes that know of them";
    if (problem_) return failed(std::move(r), end);
    r.verdict = Verdict::pass;
    r.held_at = held_;
    r.detail += "; " + of_count(others_, others_) + " others are where they should be";
    judge_within(r, "losses were not reported yet, or something else was missing");
    return r;
  }

 private:
  struct Problem {
    MessageId id;
    std::optional<Node> node;
    std::string what;
  };

  CheckResult failed(CheckResult r, Instant end) const {
    r.verdict = Verdict::fail;
    r.examined = std::max<std::uint64_t>(1, r.examined);
    if (missing_ > 0) r.detail += "; " + counted(missing_, "message") + " missing without being lost";
    const Problem& problem = present(problem_);
    r.first_violation = Violation{end, problem.node ? c_.node_name(*problem.node) : "",
                                  c_.ledger.at(problem.id).hash.text(), problem.what};
    return r;
  }

  void look(Instant time) {
    excuses_ = c_.ledger.excuses();
    lost_ = needed_ = reported_ = others_ = missing_ = 0;
    by_kind_ = {};
    problem_.reset();
    for (MessageId id = 0; id < c_.ledger.size(); ++id) {
      if (!c_.ledger.at(id).from_traffic) continue;
      switch (excuses_[id]) {
        case Excuse::none:
          look_at_other(id);
          break;
        case Excuse::lost:
          look_at_lost(id, 0);
          break;
        case Excuse::content_lost:
          look_at_lost(id, 1);
          break;
        case Excuse::built_on_lost:
          look_at_lost(id, 2);
          break;
        default:
          break;
      }
    }
    if (problem_) {
      held_.reset();
    } else if (!held_) {
      held_ = time;
    }
  }

  void look_at_other(MessageId id) {
    ++others_;
    if (c_.ledger.missing(id) == 0) return;
    ++missing_;
    for (Node node = 0; node < c_.ledger.nodes() && !problem_; ++node) {
      if (!c_.ledger.target(node) || c_.ledger.is_done(id, node)) continue;
      blame(id, node, text(id, node) + ", and it is not lost");
    }
  }

  void look_at_lost(MessageId id, std::size_t kind) {
    ++lost_;
    ++by_kind_[kind];
    const bool known = c_.ledger.at(id).held_by > 0;
    for (Node node = 0; node < c_.ledger.nodes(); ++node) {
      if (!c_.ledger.target(node) || !known) continue;
      ++needed_;
      if (reports(id, node)) {
        ++reported_;
      } else {
        blame(id, node, text(id, node) + ", though it is lost for good");
      }
    }
  }

  // It is refused for a lack. What builds on it may have been applied before that was lost.
  bool reports(MessageId id, Node node) const {
    const Status status = c_.ledger.status(id, node);
    if (status != Status::rejected) return excuses_[id] == Excuse::built_on_lost && is_settled(status);
    const auto code = c_.ledger.view().code(node, c_.ledger.at(id).hash);
    return code && message::retryable(*code);
  }

  // What the ledger takes for lost lies on no disk.
  void prove() {
    for (MessageId id = 0; id < excuses_.size() && !problem_; ++id) {
      if (c_.ledger.recoverable(id, excuses_[id])) blame(id, std::nullopt, kRecoverable);
    }
  }

  void blame(MessageId id, std::optional<Node> node, std::string what) {
    if (!problem_) problem_ = Problem{id, node, std::move(what)};
  }
  std::string text(MessageId id, Node node) const {
    return std::string(message::status_text(c_.ledger.status(id, node))) + " on " + c_.node_name(node) + " at the end";
  }

  std::vector<Excuse> excuses_;
  std::uint64_t lost_ = 0;
  std::array<std::uint64_t, 3> by_kind_{};  // messages, files and contents, what builds on them
  std::uint64_t needed_ = 0;                // pairs of a node that runs and a lost message that is known
  std::uint64_t reported_ = 0;
  std::uint64_t others_ = 0;
  std::uint64_t missing_ = 0;
  std::optional<Problem> problem_;
  std::optional<Instant> held_;
};

}  // namespace

std::unique_ptr<CheckRun> make_loss_check(const CheckContext& context, const Check& check) {
  return std::make_unique<LossReported>(context, check);
}

}  // namespace lastmile::scenario
