// What a stranger may cost: requests and answers that are well formed and otherwise anything, against sets that count
// how often they are read.
#include <gtest/gtest.h>
// after gtest
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/sync/reconcile.hpp"
#include "tests/unit/sync/sets.hpp"

namespace lastmile::sync {
namespace {

using test::random_hash_of_any_kind;

class CountedSet final : public HeldSet {
 public:
  explicit CountedSet(const HeldSet& held) : held_(held) {}
  Result<RangeSum> sum(const HeldItem& from, const HeldItem& until) const override {
    ++sums;
    return held_.sum(from, until);
  }
  Result<std::vector<HeldItem>> items(const HeldItem& from, const HeldItem& until, std::size_t limit) const override {
    auto found = held_.items(from, until, limit);
    if (found) items_read += found->size();
    return found;
  }
  Result<std::optional<HeldItem>> at(const HeldItem& from, std::uint64_t position) const override {
    ++positions;
    return held_.at(from, position);
  }
  void restart() const { sums = items_read = positions = 0; }

  mutable std::size_t sums = 0;
  mutable std::size_t items_read = 0;
  mutable std::size_t positions = 0;

 private:
  const HeldSet& held_;
};

HeldItem any_item(Generator& luck, std::int64_t seconds) {
  return {luck.between(0, seconds - 1), random_hash_of_any_kind(luck)};
}

// Of anything from a burst in one second to months.
MemoryHeldSet any_set(Generator& luck, std::size_t items_max, std::int64_t seconds) {
  MemoryHeldSet set;
  for (std::size_t i = luck.below(items_max); i > 0; --i) set.insert(any_item(luck, seconds));
  return set;
}

Fingerprint any_fingerprint(Generator& luck) {
  Fingerprint print;
  for (std::uint8_t& byte : print) byte = static_cast<std::uint8_t>(luck.below(256));
  return print;
}

Request any_request(Generator& luck, std::int64_t seconds) {
  std::vector<HeldItem> bounds{range_begin(), range_end()};
  const std::size_t wanted = luck.chance(0.3) ? kEntriesMax : luck.below(200);
  while (bounds.size() < wanted) bounds.push_back(any_item(luck, seconds));
  std::sort(bounds.begin(), bounds.end());
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  Request request;
  const double lists = std::array{0.0, 0.5, 1.0}[luck.below(3)];
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
    if (i > 0 && luck.chance(0.1)) continue;
    Entry entry{bounds[i], bounds[i + 1], any_fingerprint(luck)};
    if (luck.chance(lists)) {
      auto& tokens = entry.holds.emplace<std::vector<Token>>(luck.below(kListMax));
      for (Token& token : tokens) token = luck.below(256);
      request.salt = 5;
      request.token_bytes = 1;
    }
    request.entries.push_back(std::move(entry));
  }
  return request;
}

Finding any_finding(Generator& luck, const Entry& entry, std::int64_t seconds) {
  if (const auto* tokens = std::get_if<std::vector<Token>>(&entry.holds)) {
    Difference difference;
    for (std::size_t n = luck.below(60); n > 0; --n) difference.unlisted.push_back(random_hash_of_any_kind(luck));
    order_hashes(difference.unlisted);
    for (std::uint32_t i = 0; i < tokens->size(); ++i) {
      if (luck.chance(0.3)) difference.unknown.push_back(i);
    }
    const HeldItem cut = any_item(luck, seconds);
    if (luck.chance(0.3) && entry.from < cut && cut < entry.until) difference.complete_until = cut;
    return difference;
  }
  const std::uint64_t kind = luck.below(5);
  if (kind == 0) return Same{};
  if (kind == 1) return None{};
  Split split;
  for (std::size_t n = 1 + luck.below(kSplitParts - 1); n > 0; --n) {
    const HeldItem bound = any_item(luck, seconds);
    if (entry.from < bound && bound < entry.until) split.bounds.push_back(bound);
  }
  std::sort(split.bounds.begin(), split.bounds.end());
  split.bounds.erase(std::unique(split.bounds.begin(), split.bounds.end()), split.bounds.end());
  if (kind == 2 || split.bounds.empty()) return Ask{};
  for (std::size_t n = split.bounds.size() + 1; n > 0; --n) split.fingerprints.push_back(any_fingerprint(luck));
  return split;
}

std::int64_t any_span(Generator& luck) { return std::int64_t{1} << luck.below(24); }

RC_GTEST_PROP(HostileProperty, ARequestCostsBoundedWorkAndABoundedAnswer, (std::uint64_t seed)) {
  Generator luck(seed);
  const std::int64_t seconds = any_span(luck);
  const MemoryHeldSet set = any_set(luck, 6'000, seconds);
  const CountedSet held(set);
  const auto request = decode_reconcile(encode_reconcile(any_request(luck, seconds)));
  RC_PRE(request.ok());  // a few are longer than a message may be

  const auto said = answer(held, std::get<Request>(*request));
  RC_ASSERT(said.ok());
  RC_ASSERT(!said->findings.empty() && said->findings.size() <= std::get<Request>(*request).entries.size());
  RC_ASSERT(held.sums <= kAnswerSumsMax + 1 + kSplitParts);
  RC_ASSERT(held.positions <= kAnswerSumsMax);
  RC_ASSERT(held.items_read <= kAnswerItemsMax + 2 * held.positions);
  const Bytes bytes = encode_reconcile(*said);
  RC_ASSERT(bytes.size() <= kReconcileBytesMax);
  const auto back = decode_reconcile(bytes);
  RC_ASSERT(back.ok() && std::get<Answer>(*back) == *said);
}

RC_GTEST_PROP(HostileProperty, AnswersCostBoundedWorkAndEndTheSession, (std::uint64_t seed)) {
  Generator luck(seed);
  const std::int64_t seconds = any_span(luck);
  const MemoryHeldSet set = any_set(luck, 5'000, seconds);
  const CountedSet held(set);
  InitiatorOptions options;
  options.differences_max = 1 + luck.below(3'000);
  options.round_trips_max = 1 + luck.below(12);
  Initiator session(seed, options);
  HeldItem settled = range_begin();
  std::size_t before = 0;
  for (std::size_t trips = 0;; ++trips) {
    RC_ASSERT(trips <= options.round_trips_max);
    held.restart();
    const auto request = session.next(held);
    RC_ASSERT(request.ok());
    RC_ASSERT(held.sums <= 2 * kEntriesMax);
    RC_ASSERT(held.items_read <= kEntriesMax * kListMax);
    if (!*request) break;
    RC_ASSERT(encode_reconcile(**request).size() <= kReconcileBytesMax);

    Answer lie;
    const std::size_t answered =
        luck.chance(0.7) ? (*request)->entries.size() : 1 + luck.below((*request)->entries.size());
    for (std::size_t i = 0; i < answered; ++i)
      lie.findings.push_back(any_finding(luck, (*request)->entries[i], seconds));
    const auto heard = decode_reconcile(encode_reconcile(lie));
    if (!heard) break;  // more than an honest side would say: the node ends the session without looking
    held.restart();
    const auto taken = session.on_answer(held, std::get<Answer>(*heard));
    RC_ASSERT(taken.ok() && *taken == Initiator::Taken::good);
    RC_ASSERT(held.sums <= kAnswerSumsMax);
    RC_ASSERT(held.items_read <= options.differences_max + kEntriesMax);
    RC_ASSERT(session.settled_until() >= settled);
    settled = session.settled_until();
    before = session.lacking().size();
  }
  RC_ASSERT(before <= options.differences_max + kAnswerItemsMax);
  RC_ASSERT(session.other_lacks().size() <= set.size());
}

// The lies of one peer are gone with its session: the next one, with an honest peer, finds exactly what differs.
RC_GTEST_PROP(HostileProperty, RandomSetsAgreeAfterBothHaveFetchedWhatTheyLack, (std::uint64_t seed)) {
  Generator luck(seed);
  const std::int64_t seconds = any_span(luck);
  MemoryHeldSet left = any_set(luck, 1'500, seconds);
  MemoryHeldSet right = any_set(luck, 1'500, seconds);
  const std::uint64_t common = luck.below(2'000);
  for (std::uint64_t n = common; n > 0; --n) {
    const HeldItem item = any_item(luck, seconds);
    left.insert(item);
    right.insert(item);
  }
  std::map<message::ItemHash, HeldItem> known;
  for (const MemoryHeldSet* set : {&left, &right}) {
    const auto items = set->items(range_begin(), range_end(), 10'000);
    for (const HeldItem& item : *items) known.emplace(item.hash, item);
  }
  const test::SessionCost cost = test::run_session(left, right, luck.next());
  RC_ASSERT(cost.complete);
  RC_ASSERT(cost.round_trips <= 8u);
  for (const auto& hash : cost.lacking) RC_ASSERT(left.insert(known.at(hash)));
  for (const auto& hash : cost.other_lacks) RC_ASSERT(right.insert(known.at(hash)));
  RC_ASSERT(left.sum(range_begin(), range_end()).value() == right.sum(range_begin(), range_end()).value());
  const test::SessionCost again = test::run_session(left, right, luck.next());
  RC_ASSERT(again.complete && again.lacking.empty() && again.other_lacks.empty());
  RC_ASSERT(again.round_trips == 1u);
}

}  // namespace
}  // namespace lastmile::sync
