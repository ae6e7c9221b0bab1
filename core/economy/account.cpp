#include "core/economy/account.hpp"

#include <algorithm>
#include <compare>
#include <limits>
#include <string_view>
#include <tuple>

#include "core/base/check.hpp"

namespace lastmile::economy {
namespace {

// A cost as the balance of its kind sees it: tokens as they are, credits for the time they must cover.
Uint256 weight(const Commitment& commitment, const AccountRules& rules) {
  return commitment.payment == Payment::credit ? commitment.cost.units() * rules.credit_seconds
                                               : commitment.cost.units();
}

// End of the grace of something removing since then; times come from messages, so near the end of time it stays there.
Wall removal_time(Wall since, const AccountRules& rules) {
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  return since.ns > kEnd - rules.grace.ns ? Wall{kEnd} : since + rules.grace;
}

struct Point {
  enum class Kind : std::uint8_t { balance, arrival, end };
  Wall time;
  const message::ItemHash* cause = nullptr;  // null: the clock, before everything else of the same time
  Kind kind = Kind::balance;
  std::size_t index = 0;

  friend bool operator<(const Point& a, const Point& b) {
    if (a.time != b.time) return a.time < b.time;
    if ((a.cause == nullptr) != (b.cause == nullptr)) return a.cause == nullptr;
    if (a.cause != nullptr) {
      if (const auto order = *a.cause <=> *b.cause; order != 0) return order < 0;
    }
    return std::tie(a.kind, a.index) < std::tie(b.kind, b.index);
  }
};

enum class Phase : std::uint8_t { ahead, refused, accepted, removing, removed, ended };

struct Item {
  Phase phase = Phase::ahead;
  Wall since;
  Uint256 cost;
  Uint256 required;
  Uint256 available;
};

// One kind of payment of one account, walked from the first event to the last.
class Walk {
 public:
  Walk(const std::vector<BalanceStep>& steps, const std::vector<const Commitment*>& commitments,
       const AccountRules& rules, Wall now)
      : steps_(steps), commitments_(commitments), rules_(rules), now_(now), items_(commitments.size()) {
    for (std::size_t i = 0; i < items_.size(); ++i) items_[i].cost = weight(*commitments_[i], rules_);
  }

  void run() {
    for (const Point& point : timeline()) {
      removals_until(point.time);
      switch (point.kind) {
        case Point::Kind::balance:
          change_balance(point);
          break;
        case Point::Kind::arrival:
          arrive(point);
          break;
        case Point::Kind::end:
          end(point);
          break;
      }
    }
    removals_until(now_);
  }

  const std::vector<Item>& items() const { return items_; }
  const Uint256& balance() const { return balance_; }
  const Uint256& committed() const { return committed_; }
  std::optional<Wall> next_change() const {
    std::optional<Wall> next = next_clock_step_;
    if (postponed_ && (!next || *postponed_ < *next)) next = postponed_;
    for (const Item& item : items_) {
      if (item.phase != Phase::removing) continue;
      const Wall removal = removal_time(item.since, rules_);
      if (!next || removal < *next) next = removal;
    }
    return next;
  }

 private:
  std::vector<Point> timeline() {
    std::vector<Point> points;
    points.reserve(steps_.size() + 2 * commitments_.size());
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const BalanceStep& step = steps_[i];
      if (!step.cause && step.time > now_) {
        if (!next_clock_step_ || step.time < *next_clock_step_) next_clock_step_ = step.time;
        continue;
      }
      points.push_back({step.time, step.cause ? &*step.cause : nullptr, Point::Kind::balance, i});
    }
    for (std::size_t i = 0; i < commitments_.size(); ++i) {
      const Commitment& commitment = *commitments_[i];
      points.push_back({commitment.time, &commitment.hash, Point::Kind::arrival, i});
      if (commitment.ended) points.push_back({commitment.ended->time, &commitment.ended->by, Point::Kind::end, i});
    }
    std::sort(points.begin(), points.end());
    return points;
  }

  void change_balance(const Point& point) {
    balance_ = steps_[point.index].balance.units();
    settle(point.time);
  }

  void arrive(const Point& point) {
    Item& item = items_[point.index];
    if (item.phase != Phase::ahead) return;  // ended before its own time
    try_accept(point.index, point.time);
    if (item.phase == Phase::ahead) item.phase = Phase::refused;
  }

  void end(const Point& point) {
    Item& item = items_[point.index];
    const bool paid = item.phase == Phase::accepted || item.phase == Phase::removing;
    if (item.phase == Phase::removed) return;
    if (item.phase == Phase::refused) --refused_;
    if (item.phase == Phase::removing) --removing_;
    item.phase = Phase::ended;
    item.since = point.time;
    if (!paid) return;
    committed_ -= item.cost;
    settle(point.time);
  }

  void try_accept(std::size_t index, Wall time) {
    Item& item = items_[index];
    const Uint256 required = committed_ + item.cost;
    if (commitments_[index]->admission_free || balance_ >= required) {
      if (item.phase == Phase::refused) --refused_;
      item.phase = Phase::accepted;
      item.since = time;
      committed_ = required;
      return;
    }
    if (item.phase == Phase::ahead) {
      item.since = time;
      ++refused_;
    }
    item.required = required;
    item.available = balance_;
  }

  // After the balance or the commitments changed: who can still be paid, then who can be paid at last.
  void settle(Wall time) {
    if (committed_ > balance_ || removing_ > 0) {
      Uint256 remaining = balance_;
      for (std::size_t i = 0; i < items_.size(); ++i) {
        Item& item = items_[i];
        if (item.phase != Phase::accepted && item.phase != Phase::removing) continue;
        const bool covered = remaining >= item.cost;
        if (!covered && item.phase == Phase::accepted && commitments_[i]->removable) {
          item.phase = Phase::removing;
          item.since = time;
          ++removing_;
        } else if (covered && item.phase == Phase::removing) {
          item.phase = Phase::accepted;
          item.since = time;
          --removing_;
        }
        remaining -= covered ? item.cost : remaining;
      }
    }
    if (refused_ == 0) return;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (items_[i].phase == Phase::refused) try_accept(i, time);
    }
  }

  // Ends of grace up to this point of the timeline, as far as the clock has come.
  void removals_until(Wall limit) {
    const Wall reached = std::min(limit, now_);
    while (removing_ > 0) {
      std::optional<Wall> next;
      for (const Item& item : items_) {
        if (item.phase != Phase::removing) continue;
        const Wall removal = removal_time(item.since, rules_);
        if (!next || removal < *next) next = removal;
      }
      if (next && *next > now_ && *next <= limit && (!postponed_ || *next < *postponed_)) postponed_ = next;
      if (!next || *next > reached) return;
      for (Item& item : items_) {
        if (item.phase != Phase::removing || removal_time(item.since, rules_) != *next) continue;
        item.phase = Phase::removed;
        item.since = *next;
        --removing_;
        committed_ -= item.cost;
      }
      settle(*next);
    }
  }

  const std::vector<BalanceStep>& steps_;
  const std::vector<const Commitment*>& commitments_;  // in order of (time, hash)
  const AccountRules& rules_;
  Wall now_;
  std::vector<Item> items_;
  Uint256 balance_;
  Uint256 committed_;
  std::size_t removing_ = 0;
  std::size_t refused_ = 0;
  std::optional<Wall> next_clock_step_;
  std::optional<Wall> postponed_;  // a removal that lies before an event of the future, but still ahead of the clock
};

Standing standing_of(Phase phase) {
  switch (phase) {
    case Phase::accepted:
      return Standing::accepted;
    case Phase::removing:
      return Standing::removing;
    case Phase::removed:
      return Standing::removed;
    case Phase::ended:
      return Standing::ended;
    case Phase::refused:
    case Phase::ahead:
      break;
  }
  return Standing::refused;
}

int refusal_code(Payment payment) { return payment == Payment::credit ? 6 : 5; }

std::string whole_credits(const Uint256& units) {
  const Uint256 whole = units / Amount::kUnitsPerToken;
  if (whole * Amount::kUnitsPerToken == units) return whole.text();
  std::string text = Amount::units(units).tokens_text();
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

}  // namespace

AccountVerdicts judge_account(AccountEvents events, const AccountRules& rules, Wall now) {
  std::sort(events.commitments.begin(), events.commitments.end(), [](const Commitment& a, const Commitment& b) {
    return a.time != b.time ? a.time < b.time : a.hash < b.hash;
  });
  AccountVerdicts result;
  result.verdicts.resize(events.commitments.size());
  for (const Payment payment : {Payment::hold, Payment::credit}) {
    std::vector<const Commitment*> commitments;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < events.commitments.size(); ++i) {
      const Commitment& commitment = events.commitments[i];
      LM_CHECK(commitment.payment != Payment::superfluid);
      if (commitment.payment != payment) continue;
      commitments.push_back(&commitment);
      places.push_back(i);
    }
    const bool credit = payment == Payment::credit;
    Walk walk(credit ? events.credits : events.tokens, commitments, rules, now);
    walk.run();
    for (std::size_t i = 0; i < places.size(); ++i) {
      const Item& item = walk.items()[i];
      Verdict& verdict = result.verdicts[places[i]];
      verdict.hash = commitments[i]->hash;
      verdict.standing = standing_of(item.phase);
      verdict.since = item.since;
      if (verdict.standing != Standing::refused) continue;
      verdict.error = refusal_code(payment);
      verdict.required = Amount::units(item.required);
      verdict.available = Amount::units(item.available);
    }
    AccountSide& side = credit ? result.credits : result.tokens;
    side.balance = Amount::units(walk.balance());
    side.committed = Amount::units(credit ? walk.committed() / rules.credit_seconds : walk.committed());
    if (const auto next = walk.next_change(); next && (!result.next_change || *next < *result.next_change)) {
      result.next_change = next;
    }
  }
  return result;
}

Verdict judge_newest(const AccountSide& side, const Commitment& newest, const AccountRules& rules) {
  Verdict verdict;
  verdict.hash = newest.hash;
  verdict.since = newest.time;
  Commitment everything = newest;
  const auto sum = side.committed.plus(newest.cost);
  LM_CHECK(sum.has_value());
  everything.cost = *sum;
  const Uint256 required = weight(everything, rules);
  if (newest.admission_free || side.balance.units() >= required) {
    verdict.standing = Standing::accepted;
    return verdict;
  }
  verdict.standing = Standing::refused;
  verdict.error = refusal_code(newest.payment);
  verdict.required = Amount::units(required);
  verdict.available = side.balance;
  return verdict;
}

std::string refusal_details(const Verdict& verdict, const AccountRules& rules) {
  if (verdict.error == 6) {
    return R"({"required_credits":")" + whole_credits(verdict.required.units()) + R"(","account_credits":")" +
           whole_credits(verdict.available.units()) + R"(","min_runtime_days":)" +
           std::to_string(rules.credit_seconds / 86'400) + "}";
  }
  return R"({"required_balance":")" + verdict.required.tokens_text() + R"(","account_balance":")" +
         verdict.available.tokens_text() + R"("})";
}

}  // namespace lastmile::economy
