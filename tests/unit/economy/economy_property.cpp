// What must hold for any numbers and any order of arrival.
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <algorithm>

#include "core/base/random.hpp"
#include "core/base/uint256_wide.hpp"
#include "core/economy/account.hpp"
#include "core/economy/balances.hpp"
#include "core/economy/cost.hpp"
#include "core/economy/credits.hpp"
#include "tests/unit/economy/names.hpp"

namespace lastmile::economy {
namespace {

using Units = boost::multiprecision::cpp_int;

Units exact(const SignedUnits& units) {
  const Units size = widened<Units>(units.size());
  return units.negative() ? Units(-size) : size;
}

// floor(a / b) of exact integers, b > 0.
Units floor_div(const Units& a, const Units& b) {
  Units quotient = a / b;
  if (a % b != 0 && a < 0) quotient -= 1;
  return quotient;
}

RC_GTEST_PROP(DecimalProperty, ShortProductsAreExact,
              (std::int32_t a, std::int32_t b, std::uint8_t scale_a, std::uint8_t scale_b)) {
  const int places_a = scale_a % 10;
  const int places_b = scale_b % 10;
  const auto product = decimal(std::to_string(a) + "e-" + std::to_string(places_a)) *
                       decimal(std::to_string(b) + "e-" + std::to_string(places_b));
  Units expected = Units(a) * Units(b);
  for (int i = places_a + places_b; i < 18; ++i) expected *= 10;
  RC_ASSERT(exact(*product.floor_units()) == expected);
}

RC_GTEST_PROP(DecimalProperty, AQuotientIsOffByAtMostHalfOfItsLastDigit, (std::uint64_t a, std::uint32_t b)) {
  RC_PRE(b > 0 && a > 0);
  const Decimal quotient = Decimal::integer(a).divided_by(b);
  // 28 digits of a value below 2^64 reach the 8th decimal at least; compare at 8 decimals.
  const Units scaled = exact(*quotient.floor_units());
  const Units whole = floor_div(Units(a) * boost::multiprecision::pow(Units(10), 18), b);
  const Units gap = scaled > whole ? scaled - whole : whole - scaled;
  RC_ASSERT(gap <= boost::multiprecision::pow(Units(10), 10));
}

RC_GTEST_PROP(DecimalProperty, TextsReadBackEqual, (std::int64_t value, std::uint8_t places)) {
  const Decimal number = decimal(std::to_string(value) + "e-" + std::to_string(places % 19));
  RC_ASSERT(decimal(units_text(*number.floor_units())) == number);
}

CostInput any_machine() {
  CostInput input;
  input.kind = *rc::gen::element(PaidKind::program, PaidKind::instance);
  input.payment = *rc::gen::element(Payment::hold, Payment::superfluid, Payment::credit);
  input.vcpus = *rc::gen::inRange<std::uint32_t>(1, 257);
  input.memory_mib = *rc::gen::inRange<std::uint32_t>(1, 1048577);
  input.internet = *rc::gen::arbitrary<bool>();
  input.persistent = *rc::gen::arbitrary<bool>();
  input.confidential = *rc::gen::arbitrary<bool>();
  const auto count = *rc::gen::inRange(0, 6);
  for (int i = 0; i < count; ++i) {
    input.volumes.push_back(
        {CostType::volume_persistent, "#" + std::to_string(i), *rc::gen::inRange<std::uint64_t>(0, 1ull << 41)});
  }
  const auto gpus = *rc::gen::inRange(0, 3);
  for (int i = 0; i < gpus; ++i)
    input.gpus.push_back(*rc::gen::element<std::string>("10de:26b9", "10de:2684", "10de:2336", "10de:20b8"));
  return input;
}

RC_GTEST_PROP(CostProperty, TheTotalIsTheSumOfTheLinesAndNeverBelowExecution, ()) {
  const CostInput input = any_machine();
  const auto cost = cost_of(input, PriceTable());
  RC_ASSERT(cost.ok());
  SignedUnits sum;
  SignedUnits execution;
  SignedUnits volumes;
  SignedUnits discount;
  for (const CostLine& line : cost->lines) {
    sum += line.amount;
    if (line.type == CostType::execution) {
      execution += line.amount;
    } else if (line.type == CostType::volume_discount) {
      discount += line.amount;
    } else {
      volumes += line.amount;
    }
  }
  RC_ASSERT(!sum.negative());
  RC_ASSERT(sum.size() == cost->total.units());
  RC_ASSERT(discount <= SignedUnits());
  RC_ASSERT(-discount <= volumes);
  RC_ASSERT(sum >= execution);
}

RC_GTEST_PROP(CostProperty, LargerVolumesNeverCostLess, ()) {
  const CostInput small = any_machine();
  CostInput large = small;
  for (PaidVolume& volume : large.volumes) *volume.bytes += *rc::gen::inRange<std::uint64_t>(0, 1ull << 30);
  // Not so for memory: by the default table a unit of an instance costs 1000 and includes disk worth 1024.
  RC_ASSERT(cost_of(large, PriceTable())->total >= cost_of(small, PriceTable())->total);
}

RC_GTEST_PROP(CostProperty, TheSplitOfAStreamLosesLessThanTwoUnits, (std::uint64_t flow)) {
  const StreamSplit split = split_stream(Amount::units(flow));
  const Uint256 paid = split.node.units() + split.community.units();
  RC_ASSERT(paid <= flow);
  RC_ASSERT(paid + 2u > flow);
}

// Few distinct times and amounts, so that ties and shortages are common.
AccountEvents any_account() {
  AccountEvents events;
  unsigned next = 1;
  const auto kinds = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 9));
  for (const int kind : kinds) {
    const Wall time = at(*rc::gen::inRange<std::int64_t>(0, 40) * 6 * 3600);
    const Amount amount = Amount::tokens(*rc::gen::inRange<std::uint64_t>(0, 200));
    const unsigned number = next++ * 7919 % 1000003;
    if (kind < 3) {
      events.tokens.push_back({time, hash_of(number), amount});
    } else if (kind == 3) {
      events.tokens.push_back({time, std::nullopt, amount});
    } else {
      Commitment commitment{.hash = hash_of(number),
                            .time = time,
                            .payment = Payment::hold,
                            .cost = amount,
                            .admission_free = kind == 4,
                            .removable = kind != 5,
                            .ended = {}};
      if (kind == 6)
        commitment.ended = Commitment::End{time + hours(*rc::gen::inRange<std::int64_t>(-5, 100)), hash_of(number + 5)};
      events.commitments.push_back(commitment);
    }
  }
  return events;
}

std::string told(const AccountVerdicts& verdicts) {
  std::string text;
  for (const Verdict& v : verdicts.verdicts) {
    text += v.hash.text().substr(0, 8) + ":" + std::to_string(static_cast<int>(v.standing)) + "@" +
            std::to_string(v.since.ns) + "/" + v.required.tokens_text() + "/" + v.available.tokens_text() + " ";
  }
  text += verdicts.tokens.balance.tokens_text() + " " + verdicts.tokens.committed.tokens_text();
  return text;
}

RC_GTEST_PROP(AccountProperty, TheOrderOfArrivalDoesNotMatter, (std::uint64_t seed)) {
  const AccountEvents events = any_account();
  const Wall now = at(*rc::gen::inRange<std::int64_t>(0, 60) * 6 * 3600);
  AccountEvents shuffled = events;
  Generator luck(seed);
  luck.shuffle(shuffled.commitments);
  // Steps of the clock carry no name: two at one time mean what their order says, so only named steps are shuffled.
  std::erase_if(shuffled.tokens, [](const BalanceStep& step) { return !step.cause; });
  luck.shuffle(shuffled.tokens);
  for (const BalanceStep& step : events.tokens) {
    if (!step.cause) shuffled.tokens.push_back(step);
  }
  RC_ASSERT(told(judge_account(events, {}, now)) == told(judge_account(shuffled, {}, now)));
}

RC_GTEST_PROP(AccountProperty, CommittedIsTheSumOfWhatIsAcceptedOrRemoving, ()) {
  const AccountEvents events = any_account();
  const Wall now = at(*rc::gen::inRange<std::int64_t>(0, 60) * 6 * 3600);
  const AccountVerdicts verdicts = judge_account(events, {}, now);
  Uint256 sum = 0;
  Uint256 removable = 0;
  for (const Verdict& verdict : verdicts.verdicts) {
    if (verdict.standing != Standing::accepted && verdict.standing != Standing::removing) continue;
    const auto found = std::find_if(events.commitments.begin(), events.commitments.end(),
                                    [&](const Commitment& c) { return c.hash == verdict.hash; });
    sum += found->cost.units();
    if (verdict.standing == Standing::accepted && found->removable && !found->admission_free)
      removable += found->cost.units();
  }
  RC_ASSERT(sum == verdicts.tokens.committed.units());
  RC_ASSERT(removable <= verdicts.tokens.balance.units());  // who must pay, and could be removed, is paid for
}

RC_GTEST_PROP(AccountProperty, NothingChangesBeforeTheAnnouncedTime, ()) {
  const AccountEvents events = any_account();
  const Wall now = at(*rc::gen::inRange<std::int64_t>(0, 60) * 6 * 3600);
  const AccountVerdicts verdicts = judge_account(events, {}, now);
  const Wall later = verdicts.next_change ? *verdicts.next_change - nanoseconds(1) : now + hours(100'000);
  RC_ASSERT(later >= now);
  RC_ASSERT(told(judge_account(events, {}, later)) == told(verdicts));
}

RC_GTEST_PROP(AccountProperty, TheShortCutForTheNewestAgreesWithTheWholeJudgement, ()) {
  AccountEvents events = any_account();
  const Wall end = at(80 * 6 * 3600);  // after every event, ends included
  std::erase_if(events.tokens, [](const BalanceStep& step) { return !step.cause; });
  const AccountVerdicts before = judge_account(events, {}, end);
  const bool free = *rc::gen::arbitrary<bool>();
  const Commitment newest{.hash = hash_of(1),
                          .time = end,
                          .payment = Payment::hold,
                          .cost = Amount::tokens(*rc::gen::inRange<std::uint64_t>(0, 200)),
                          .admission_free = free,
                          .removable = true,
                          .ended = {}};
  events.commitments.push_back(newest);
  const AccountVerdicts after = judge_account(events, {}, end);
  const Verdict quick = judge_newest(before.tokens, newest, {});
  RC_ASSERT(after.verdicts.back().standing == quick.standing);
  RC_ASSERT(after.verdicts.back().required == quick.required);
  for (std::size_t i = 0; i < before.verdicts.size(); ++i) {
    RC_ASSERT(before.verdicts[i].standing == after.verdicts[i].standing);
  }
}

RC_GTEST_PROP(AccountProperty, MoreMoneyNeverRefusesAMessageJudgedAlone, ()) {
  AccountEvents poor = any_account();
  poor.commitments = {Commitment{.hash = hash_of(4),
                                 .time = at(*rc::gen::inRange<std::int64_t>(0, 40) * 6 * 3600),
                                 .payment = Payment::hold,
                                 .cost = Amount::tokens(*rc::gen::inRange<std::uint64_t>(0, 200)),
                                 .admission_free = false,
                                 .removable = true,
                                 .ended = {}}};
  AccountEvents rich = poor;
  const Amount gift = Amount::tokens(*rc::gen::inRange<std::uint64_t>(0, 50));
  for (BalanceStep& step : rich.tokens) step.balance = *step.balance.plus(gift);
  const Wall now = at(*rc::gen::inRange<std::int64_t>(0, 60) * 6 * 3600);
  // Not refused is all that can be said: who is let in earlier can also run out of money earlier and be removed.
  if (judge_account(poor, {}, now).verdicts.front().standing != Standing::refused) {
    RC_ASSERT(judge_account(rich, {}, now).verdicts.front().standing != Standing::refused);
  }
}

RC_GTEST_PROP(AccountProperty, WhoAlwaysHoldsEverythingIsNeverRefused, ()) {
  AccountEvents events = any_account();
  Uint256 sum = 0;
  for (const Commitment& commitment : events.commitments) sum += commitment.cost.units();
  for (BalanceStep& step : events.tokens) step.balance = Amount::units(sum);
  events.tokens.push_back({at(0), std::nullopt, Amount::units(sum)});
  for (const Verdict& verdict : judge_account(events, {}, at(100 * 6 * 3600)).verdicts) {
    RC_ASSERT(verdict.standing == Standing::accepted || verdict.standing == Standing::ended);
  }
}

std::vector<CreditMessage> any_credits() {
  std::vector<CreditMessage> messages;
  const auto kinds = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 3));
  for (const int kind : kinds) {
    CreditMessage message;
    message.hash = hash_of(static_cast<unsigned>(messages.size() + 1) * 7919 % 1000003);
    message.time = at(*rc::gen::inRange<std::int64_t>(0, 30));
    message.kind = static_cast<CreditKind>(kind);
    message.sender =
        message.kind == CreditKind::transfer ? *rc::gen::element<std::string>("a", "b", "c", "issuer") : "issuer";
    for (const char* address : {"a", "b", "c"}) {
      if (message.sender == address || !*rc::gen::arbitrary<bool>()) continue;
      CreditEntry entry{address, *rc::gen::inRange<std::uint64_t>(1, 50), {}};
      if (*rc::gen::arbitrary<bool>()) entry.expiration = at(*rc::gen::inRange<std::int64_t>(0, 50));
      message.entries.push_back(entry);
    }
    if (!message.entries.empty()) messages.push_back(message);
  }
  return messages;
}

CreditRules test_rules() {
  CreditRules rules;
  rules.credit_address = "issuer";
  rules.migration_before = at(3);
  rules.migration_factor = 2;
  return rules;
}

std::string told(const CreditBook& book) {
  std::string text;
  for (const char* address : {"a", "b", "c"}) {
    for (const CreditLot& lot : book.lots(address)) {
      text += std::string(address) + lot.message.text().substr(0, 8) + "#" + std::to_string(lot.index) + "=" +
              lot.remaining.text() + "/" + lot.granted_amount.text() +
              (lot.expiration ? "!" + std::to_string(lot.expiration->ns) : "") + " ";
    }
    for (const BalanceStep& step : book.history(address))
      text += std::to_string(step.time.ns) + ">" + step.balance.tokens_text() + " ";
  }
  return text;
}

RC_GTEST_PROP(CreditProperty, LotsAreAFunctionOfTheSet, (std::uint64_t seed)) {
  const std::vector<CreditMessage> messages = any_credits();
  CreditBook forward(test_rules());
  for (const CreditMessage& message : messages) forward.add(message);
  std::vector<CreditMessage> shuffled = messages;
  Generator luck(seed);
  luck.shuffle(shuffled);
  CreditBook other(test_rules());
  // Asked in between, with a message that is taken back again.
  CreditMessage stranger{hash_of(999), at(luck.between(0, 30)), CreditKind::distribution, "issuer", {{"a", 5, {}}}};
  other.add(stranger);
  for (const CreditMessage& message : shuffled) {
    other.add(message);
    if (luck.chance(0.3)) (void)other.balance("a", at(10));
  }
  other.erase(stranger.hash);
  RC_ASSERT(told(forward) == told(other));
  for (const CreditMessage& message : messages) RC_ASSERT(forward.covered(message.hash) == other.covered(message.hash));
}

RC_GTEST_PROP(CreditProperty, TheHistoryEndsAtTheBalance, ()) {
  CreditBook book(test_rules());
  for (const CreditMessage& message : any_credits()) book.add(message);
  const Wall now = at(*rc::gen::inRange<std::int64_t>(30, 60));
  for (const char* address : {"a", "b", "c"}) {
    Uint256 last = 0;
    for (const BalanceStep& step : book.history(address)) {
      if (step.time <= now) last = step.balance.units();
    }
    RC_ASSERT(last == book.balance(address, now) * Amount::kUnitsPerToken);
  }
}

RC_GTEST_PROP(BalanceProperty, RowsAreAFunctionOfTheSet, (std::uint64_t seed)) {
  std::vector<BalanceUpdate> updates;
  const auto heights = *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(0, 6));
  for (const std::uint64_t height : heights) {
    updates.push_back({hash_of(static_cast<unsigned>(updates.size() + 1) * 7919 % 1000003),
                       at(*rc::gen::inRange<std::int64_t>(0, 10)),
                       *rc::gen::element<std::string>("ETH", "SOL"),
                       height,
                       *rc::gen::element<std::string>("", "", "dapp"),
                       {{"a", Amount::tokens(*rc::gen::inRange<std::uint64_t>(0, 5))}}});
  }
  const auto tell = [](const BalanceBook& book) {
    std::string text = book.total("a").tokens_text();
    for (const BalanceRow& row : book.rows("a")) {
      text += " " + row.chain + row.dapp + row.balance.tokens_text() + "@" + std::to_string(row.main_height) + "," +
              std::to_string(row.last_update.ns);
    }
    const auto history = book.history("a");
    for (const BalanceStep& step : history) text += ">" + std::to_string(step.time.ns) + step.balance.tokens_text();
    RC_ASSERT((history.empty() ? Amount() : history.back().balance) == book.total("a"));
    return text;
  };
  BalanceBook forward;
  for (const BalanceUpdate& update : updates) forward.add(update);
  Generator luck(seed);
  luck.shuffle(updates);
  BalanceBook other;
  const BalanceUpdate stranger{hash_of(5), at(5), "ETH", 5, "", {{"a", Amount::tokens(9)}}};
  other.add(stranger);
  for (const BalanceUpdate& update : updates) other.add(update);
  other.erase(stranger);
  RC_ASSERT(tell(forward) == tell(other));
}

}  // namespace
}  // namespace lastmile::economy
