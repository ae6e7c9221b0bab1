#include "core/economy/reward/availability.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/hex_digit.hpp"
#include "core/base/mul_div.hpp"
#include "core/crypto/account.hpp"
#include "core/economy/reward/fine.hpp"

namespace lastmile::economy {
namespace {

constexpr std::uint64_t kBonusWhole = 10'000'000;  // the pay itself, in the parts that the bonus is counted in
constexpr std::uint64_t kMonths = 12;
constexpr std::uint64_t kDaysOfYear = 365;

// The early bonus at this height, in parts of kBonusWhole.
std::uint64_t bonus_at(std::uint64_t height, const RewardRules& rules) {
  if (!rules.bonus_before) return 0;
  const std::uint64_t passed = height > *rules.bonus_before ? height - *rules.bonus_before : 0;
  return passed < rules.bonus_at_start ? rules.bonus_at_start - passed : 0;
}

// Linked resource nodes that are worth something, in the order of linking, as many as are paid.
std::vector<const ResourceNodeRecord*> paid_resource_nodes(const CoreNodeRecord& core, const NodeState& state,
                                                           const RewardRules& rules) {
  std::vector<const ResourceNodeRecord*> paid;
  for (const std::string& hash : core.resource_nodes) {
    if (paid.size() >= rules.max_paid) break;
    const ResourceNodeRecord& record = state.resource.at(hash);
    if (!score_multiplier(record.score).zero()) paid.push_back(&record);
  }
  return paid;
}

}  // namespace

std::string payee_of(const NodeRecord& record, const RewardRules& rules) {
  if (!rules.ethereum_payees) return record.reward.empty() ? record.owner : record.reward;
  const std::string_view digits =
      std::string_view(record.reward).substr(std::min<std::size_t>(2, record.reward.size()));
  if (!record.reward.starts_with("0x") || digits.size() != 40) return record.owner;
  std::array<std::uint8_t, 20> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int high = hex_digit(digits[2 * i]);
    const int low = hex_digit(digits[2 * i + 1]);
    if (high < 0 || low < 0) return record.owner;
    bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return crypto::eip55_address(bytes);
}

void accrue_stretch(const NodeState& state, Window stretch, const RewardRules& rules, Accruals& accruals) {
  LM_CHECK(accruals.per() == rules.blocks_per_day);
  const std::uint64_t start = std::max(stretch.start, rules.start);
  if (stretch.end <= start) return;
  const std::uint64_t blocks = stretch.end - start;

  std::uint64_t active = 0;
  Uint256 staked;
  for (const auto& [hash, core] : state.core) {
    if (!core.active) continue;
    ++active;
    staked += core.total_staked.units();
  }
  if (active == 0) return;
  const Uint256 operators = envelope_per_day(rules.operators, active, start);
  const Uint256 stakers = envelope_per_day(rules.stakers, active, start);

  for (const auto& [hash, core] : state.core) {
    if (!core.active) continue;
    const auto paid = paid_resource_nodes(core, state, rules);
    const unsigned linkage = std::min<unsigned>(10, rules.linkage_none + rules.linkage_each * unsigned(paid.size()));
    const Fraction worth = score_multiplier(core.score);
    // factor F = linkage * m(score), as one fraction
    const Uint256 numerator = worth.numerator * linkage;
    const Uint256 denominator = worth.denominator * 10u;

    accruals.add(payee_of(core, rules), Reason::operators, mul_div(operators, numerator, denominator * active), blocks);
    if (const std::uint64_t bonus = core.has_bonus ? bonus_at(stretch.end, rules) : 0; bonus > 0) {
      accruals.add(payee_of(core, rules), Reason::bonus,
                   mul_div(operators, numerator * bonus, denominator * active * kBonusWhole), blocks);
    }
    if (staked != 0) {
      for (const auto& [staker, stake] : core.stakers) {
        accruals.add(staker, Reason::stakers, mul_div(stakers, numerator * stake.units(), denominator * staked),
                     blocks);
      }
    }
    for (const ResourceNodeRecord* resource : paid) {
      const Uint256 monthly = fine(rules.resource_base) +
                              mul_div(fine(rules.resource_variable), resource->decentralization.parts(), Share::one());
      const Fraction share = score_multiplier(resource->score);
      accruals.add(payee_of(*resource, rules), Reason::resource,
                   mul_div(monthly, share.numerator * kMonths, share.denominator * kDaysOfYear), blocks);
    }
  }
}

void AvailabilityWalk::pay_quiet(std::uint64_t from, std::uint64_t to, Accruals& accruals) {
  while (from < to) {
    std::uint64_t until = to;
    for (const Envelope* envelope : {&rules_.operators, &rules_.stakers}) {
      if (const auto step = next_envelope_step(*envelope, from)) until = std::min(until, *step);
    }
    accrue_stretch(registry_.state(), {from, until}, rules_, accruals);
    from = until;
  }
}

Accruals AvailabilityWalk::pay(Window window) {
  Accruals accruals(rules_.blocks_per_day);
  std::uint64_t paid = window.start;
  for (; next_ < events_.size() && events_[next_].height < window.end; ++next_) {
    const RegistryEvent& event = events_[next_];
    if (event.height > paid) {
      pay_quiet(paid, event.height, accruals);
      paid = event.height;
    }
    registry_.apply(event);
  }
  pay_quiet(paid, window.end, accruals);
  return accruals;
}

Accruals accrue_availability(const std::vector<RegistryEvent>& events, Window window, const RewardRules& rules) {
  return AvailabilityWalk(events, rules).pay(window);
}

}  // namespace lastmile::economy
