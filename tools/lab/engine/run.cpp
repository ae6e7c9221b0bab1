#include "tools/lab/engine/run.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/base/check.hpp"
#include "core/crypto/hash.hpp"
#include "tools/lab/agent/decisions.hpp"
#include "tools/lab/engine/books.hpp"

namespace lastmile::lab {
namespace {

constexpr double kDaysOfYear = 365;

template <class Books>
class History {
 public:
  History(const Model& model, std::uint64_t seed, Books books, std::span<const double> required)
      : model_(model),
        draws_(seed),
        books_(std::move(books)),
        nodes_(model.operators.count),
        running_(nodes_, 0),
        active_(nodes_ + 1, 0),
        working_(nodes_ + 1, 0),
        score_(nodes_),
        parts_(nodes_),
        weight_(nodes_ + 1, 0),
        smoothed_(nodes_, 0.0),
        changed_(nodes_, 0),
        cost_(nodes_),
        where_(model.stakers.count),
        required_(required.begin(), required.end()),
        rethink_limit_(chance_limit(model.stakers.rethink_per_day)),
        join_limit_(chance_limit(model.operators.join_per_day)),
        leave_limit_(chance_limit(model.operators.leave_per_day)) {
    price_ = model.price.start_usd;
    const std::uint32_t spread = std::max(1U, model.operators.running);
    for (std::uint32_t n = 0; n < nodes_; ++n) {
      running_[n] = n < model.operators.running ? 1 : 0;
      cost_[n] = model.operators.cost_usd_per_day.at(draws_.share(0, Purpose::operator_cost, n));
      score_[n] = std::clamp(model.scores.first.at(draws_.share(0, Purpose::first_score, n)), 0.0, 1.0);
    }
    draws_.count(Purpose::operator_cost, nodes_);
    draws_.count(Purpose::first_score, nodes_);
    for (std::uint32_t s = 0; s < where_.size(); ++s) where_[s] = model.operators.running > 0 ? s % spread : nodes_;
    see_scores();
  }

  DayRow start() {
    row_.running_nodes = model_.operators.running;
    row_.price_usd = price_;
    take_balances();
    return row_;
  }

  // One day: world, pay, operators, stakers. All decide from the state at its start and what it paid; operators act
  // before stakers, each kind in the order of numbers.
  const DayRow& day(std::uint32_t day) {
    row_.day = day;
    move_price(day);
    move_scores(day);
    draw_failures(day);
    pay();
    if (model_.operators.mode == Mode::myopic) operators_decide(day);
    if (model_.stakers.mode == Mode::myopic) stakers_decide(day);
    row_.running_nodes = static_cast<std::uint32_t>(std::count(running_.begin(), running_.end(), 1));
    row_.price_usd = price_;
    take_balances();
    LM_CHECK(books_.conserved());
    return row_;
  }

  const Books& books() const { return books_; }
  const Draws& draws() const { return draws_; }
  double staked_share() const {
    double on = 0;
    double all = 0;
    for (std::size_t s = 0; s < where_.size(); ++s) {
      const double balance = books_.staker_balance(s);
      all += balance;
      if (where_[s] != nodes_) on += balance;
    }
    return all > 0 ? on / all : 0;
  }

 private:
  void move_price(std::uint32_t day) {
    const Price& price = model_.price;
    if (price.kind == PriceKind::series) {
      for (const auto& [from, usd] : price.series) {
        if (from <= day) price_ = usd;
      }
      return;
    }
    if (price.drift_per_day == 0 && price.volatility_per_day == 0) return;
    double sum = 0;
    for (std::uint32_t k = 0; k < 4; ++k) sum += draws_.share(day, Purpose::price, k);
    draws_.count(Purpose::price, 4);
    // The sum of four, brought to variance 1.
    price_ *= std::exp(price.drift_per_day + price.volatility_per_day * ((sum - 2) * std::sqrt(3.0)));
  }

  void move_scores(std::uint32_t day) {
    const Scores& scores = model_.scores;
    if (scores.pull_per_day == 0 && scores.noise == 0) return;
    for (std::uint32_t n = 0; n < nodes_; ++n) {
      const double moved = score_[n] + scores.pull_per_day * (scores.mean - score_[n]) +
                           scores.noise * (draws_.share(day, Purpose::score, n) - 0.5);
      score_[n] = std::clamp(moved, 0.0, 1.0);
    }
    draws_.count(Purpose::score, nodes_);
    see_scores();
  }
  void see_scores() {
    for (std::uint32_t n = 0; n < nodes_; ++n) {
      // Shares below 2^53 parts: adding a half is exact enough, and a call of lround is a tenth of the day.
      // NOLINTNEXTLINE(bugprone-incorrect-roundings)
      parts_[n] = static_cast<std::uint64_t>(score_[n] * static_cast<double>(economy::kScoreParts) + 0.5);
    }
  }

  // Resource nodes fail independently of each other and of yesterday.
  void draw_failures(std::uint32_t day) {
    const ResourceNodes& resource = model_.resource;
    if (resource.per_core_node == 0) return;
    const std::uint64_t limit = chance_limit(resource.failing);
    for (std::uint32_t n = 0; n < nodes_; ++n) {
      std::uint32_t good = 0;
      for (std::uint32_t k = 0; k < resource.per_core_node; ++k) {
        if (!draws_.happens(day, Purpose::resource, std::uint64_t{n} * resource.per_core_node + k, limit)) ++good;
      }
      working_all_ += good;
      working_[n] = static_cast<std::uint8_t>(std::min(good, model_.rules.max_paid));
    }
    draws_.count(Purpose::resource, std::uint64_t{nodes_} * resource.per_core_node);
  }

  void pay() {
    books_.add_up(where_);
    active_count_ = 0;
    for (std::uint32_t n = 0; n < nodes_; ++n) {
      active_[n] = running_[n] != 0 && books_.enough(n) ? 1 : 0;
      active_count_ += active_[n];
      const unsigned linkage =
          std::min<unsigned>(10, model_.rules.linkage_none + model_.rules.linkage_each * working_[n]);
      weight_[n] = active_[n] != 0 ? economy::node_weight(parts_[n], linkage) : 0;
      paid_working_[n] = active_[n] != 0 ? working_[n] : std::uint8_t{0};
    }
    if (active_count_ != envelopes_of_) read_envelopes();
    books_.set_active(active_);
    const DayPaid paid = books_.pay({weight_, paid_working_, active_count_, operators_fine_, stakers_fine_}, where_);
    const double staked = active_count_ > 0 ? books_.staked() : 0;
    share_ = paid.share;
    yield_whole_ = active_count_ == 0 ? 0 : kDaysOfYear * stakers_token_ / std::max(staked, 1.0);
    row_.active_nodes = active_count_;
    row_.staked = staked;
    row_.paid_operators = paid.operators;
    row_.paid_stakers = paid.stakers;
    row_.paid_resource = paid.resource;
    row_.staker_yield = yield_whole_;
    row_.forfeited = active_count_ == 0 || paid.share < 1
                         ? 0
                         : std::max(0.0, operators_token_ + stakers_token_ - paid.operators - paid.stakers);
    const HoldUsage& hold = model_.hold;
    row_.hold_service = 0;
    if (hold.units > 0 && hold.value_per_day > 0 && hold.paid < 1) {
      const double units = hold.units * std::pow(1 + hold.growth_per_day, row_.day - 1);
      row_.hold_service = books_.hold_service(units * (1 - hold.paid) * hold.value_per_day);
    }
  }
  void read_envelopes() {
    envelopes_of_ = active_count_;
    operators_fine_ = economy::envelope_per_day(model_.rules.operators, active_count_, model_.rules.start);
    stakers_fine_ = economy::envelope_per_day(model_.rules.stakers, active_count_, model_.rules.start);
    operators_token_ = tokens(operators_fine_);
    stakers_token_ = tokens(stakers_fine_);
  }

  void operators_decide(std::uint32_t day) {
    const Operators& operators = model_.operators;
    std::uint32_t joined = 0;
    std::uint32_t left = 0;
    // What a candidate reckons with is what the rules announce, whether or not the pool still holds it.
    const bool observed = operators.expects == Expects::observed && active_count_ > 0;
    const double envelope = observed ? row_.paid_operators : operators_token_at_least_one();
    for (std::uint32_t n = 0; n < nodes_; ++n) {
      const bool patient = day - changed_[n] > operators.patience_days;
      if (running_[n] != 0) {
        const double profit = books_.reward(n) * price_ - operator_cost_usd(operators, cost_[n], price_);
        smoothed_[n] += (profit - smoothed_[n]) / operators.smoothing_days;
        if (smoothed_[n] >= 0 || !patient) continue;
        if (operators.leaves_per_day != 0 && left == operators.leaves_per_day) continue;
        if (!draws_.happens(day, Purpose::leave, n, leave_limit_)) continue;
        running_[n] = 0;
        changed_[n] = day;
        ++left;
        std::replace(where_.begin(), where_.end(), n, nodes_);
      } else if (patient && (operators.joins_per_day == 0 || joined < operators.joins_per_day) &&
                 draws_.happens(day, Purpose::join, n, join_limit_) &&
                 operator_joins(operators, envelope, active_count_, cost_[n], price_)) {
        running_[n] = 1;
        smoothed_[n] = 0;
        changed_[n] = day;
        ++joined;
      }
    }
    row_.joins += joined;
    row_.leaves += left;
  }
  double operators_token_at_least_one() {
    if (active_count_ == 0) read_envelopes();
    return operators_token_;
  }

  void stakers_decide(std::uint32_t day) {
    const Stakers& stakers = model_.stakers;
    for (std::uint32_t s = 0; s < where_.size(); ++s) {
      if (!draws_.happens(day, Purpose::rethink, s, rethink_limit_)) continue;
      const std::uint32_t node = where_[s];
      const bool on = node != nodes_;
      const double yield =
          on ? yield_whole_ * share_ * static_cast<double>(weight_[node]) / static_cast<double>(economy::kWholeWeight)
             : yield_whole_;
      const StakerMove move = staker_moves(stakers, on, yield, on ? multiplier(node) : 0, required_[s]);
      if (move == StakerMove::leave) where_[s] = nodes_;
      if (move == StakerMove::look) look(day, s);
    }
    draws_.count(Purpose::rethink, where_.size());
  }
  double multiplier(std::uint32_t node) const {
    return static_cast<double>(economy::node_weight(parts_[node], 10)) / static_cast<double>(economy::kWholeWeight);
  }
  // The best of three, the first of equals; only nodes that run.
  void look(std::uint32_t day, std::uint32_t staker) {
    std::uint32_t best = nodes_;
    double best_multiplier = -1;
    for (std::uint32_t k = 0; k < kCandidatesMax; ++k) {
      const double share = draws_.share(day, Purpose::candidate, staker, k);
      const auto node = static_cast<std::uint32_t>(static_cast<double>(nodes_) * share);
      if (running_[node] == 0) continue;
      if (const double worth = multiplier(node); worth > best_multiplier) {
        best_multiplier = worth;
        best = node;
      }
    }
    draws_.count(Purpose::candidate, kCandidatesMax);
    if (best != nodes_) where_[staker] = best;
  }

  void take_balances() {
    row_.pool = books_.pool();
    row_.operator_balances = books_.operator_balances();
    row_.staker_balances = books_.staker_balances();
  }

  const Model& model_;
  Draws draws_;
  Books books_;
  std::uint32_t nodes_;
  std::vector<std::uint8_t> running_;
  std::vector<std::uint8_t> active_;
  std::vector<std::uint8_t> working_;
  std::vector<std::uint8_t> paid_working_ = std::vector<std::uint8_t>(nodes_ + 1, 0);
  std::vector<double> score_;
  std::vector<std::uint64_t> parts_;    // of the score, 10^-9
  std::vector<std::uint64_t> weight_;   // the last is of nowhere: 0
  std::vector<double> smoothed_;        // profit, USD a day
  std::vector<std::uint32_t> changed_;  // day of the last decision
  std::vector<double> cost_;
  std::vector<std::uint32_t> where_;  // node of each staker, or nodes_
  std::vector<double> required_;
  std::uint64_t rethink_limit_;
  std::uint64_t join_limit_;
  std::uint64_t leave_limit_;
  std::uint64_t working_all_ = 0;
  double price_ = 0;
  double share_ = 1;
  double yield_whole_ = 0;
  std::uint32_t active_count_ = 0;
  std::uint32_t envelopes_of_ = ~0U;
  Uint256 operators_fine_;
  Uint256 stakers_fine_;
  double operators_token_ = 0;
  double stakers_token_ = 0;
  DayRow row_;
};

void hash_row(crypto::Sha256& hash, const DayRow& row) {
  static_assert(std::is_trivially_copyable_v<DayRow>);
  const std::array<double, 12> reals = {
      row.price_usd,       row.pool,           row.staked,       row.operator_balances,
      row.staker_balances, row.paid_operators, row.paid_stakers, row.paid_resource,
      row.hold_service,    row.forfeited,      row.staker_yield, 0};
  const std::array<std::uint32_t, 5> whole = {row.day, row.active_nodes, row.running_nodes, row.joins, row.leaves};
  std::array<std::uint8_t, sizeof reals + sizeof whole> bytes{};
  std::memcpy(bytes.data(), reals.data(), sizeof reals);
  std::memcpy(bytes.data() + sizeof reals, whole.data(), sizeof whole);
  hash.add(bytes);
}

template <class Books>
Result<RunResult> run_with(const Model& model, std::uint64_t seed, Record record,
                           Callback<void(const DayRow&)>& each_day) {
  const Draws draws(seed);
  std::vector<double> stakes(model.stakers.count);
  std::vector<double> required(model.stakers.count);
  for (std::uint32_t s = 0; s < model.stakers.count; ++s) {
    stakes[s] = model.stakers.stake_token.at(draws.share(0, Purpose::stake, s));
    required[s] = model.stakers.required_per_year.at(draws.share(0, Purpose::required_yield, s));
  }
  auto books = Books::open(model, stakes);
  if (!books.ok()) return books.error();
  History<Books> history(model, seed, *std::move(books), required);
  RunResult result;
  crypto::Sha256 hash;
  const auto note = [&](const DayRow& row) {
    if (record == Record::everything) hash_row(hash, row);
    if (row.pool <= 0 && !result.exhausted_on) result.exhausted_on = row.day;
    each_day(row);
    result.last = row;
  };
  note(history.start());
  for (std::uint32_t day = 1; day <= model.days; ++day) note(history.day(day));
  const auto& ended = history.books();
  for (std::uint32_t n = 0; n < model.operators.count; ++n) result.operators.push_back(ended.operator_balance(n));
  for (std::uint32_t s = 0; s < model.stakers.count; ++s) result.stakers.push_back(ended.staker_balance(s));
  result.gini_stakers = gini(result.stakers);
  result.staked_share = history.staked_share();
  result.first_stakers = std::move(stakes);
  result.draws = history.draws().counts();
  if (record == Record::everything) {
    result.exact = ended.exact();
    for (const std::string& text : result.exact) hash.add(text).add(std::string_view("\n"));
    result.digest = hash.finish();
  }
  return result;
}

}  // namespace

Result<RunResult> run_model(const Model& model, std::uint64_t seed, Record record,
                            Callback<void(const DayRow&)> each_day) {
  LM_CHECK(contradictions(model).empty());
  return model.arithmetic == Arithmetic::exact ? run_with<ExactBooks>(model, seed, record, each_day)
                                               : run_with<FastBooks>(model, seed, record, each_day);
}

double gini(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double weighted = 0;
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    weighted += static_cast<double>(2 * i + 1) * values[i];
    sum += values[i];
  }
  const auto count = static_cast<double>(values.size());
  return sum > 0 ? weighted / (count * sum) - 1 : 0;
}

}  // namespace lastmile::lab
