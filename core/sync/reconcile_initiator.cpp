// The asking side.
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/sync/bound.hpp"
#include "core/sync/range_split.hpp"
#include "core/sync/reconcile.hpp"

namespace lastmile::sync {

// Puts ranges into a request until a limit is reached.
class Initiator::RequestBuilder {
 public:
  RequestBuilder(const HeldSet& held, std::uint64_t salt, std::size_t token_bytes)
      : held_(held), salt_(salt), token_bytes_(token_bytes) {}

  // False: no room for this range any more, nothing was added. The first one always fits.
  Result<bool> add(const Range& range) {
    const auto sum = held_.sum(range.from, range.until);
    if (!sum) return sum.error();
    if (!range.differs) {
      if (!room_for(1, sizeof(Fingerprint))) return false;
      add_fingerprint(range, *sum);
      return true;
    }
    if (sum->count < kListMax) {
      if (!room_for(1, sum->count * token_bytes_)) return false;
      return add_list(range);
    }
    if (!room_for(kSplitParts, kSplitParts * sizeof(Fingerprint))) return false;
    const auto parts = split_range(held_, range.from, range.until, *sum);
    if (!parts) return parts.error();
    HeldItem from = range.from;
    for (std::size_t i = 0; i < parts->sums.size(); ++i) {
      const HeldItem until = i < parts->bounds.size() ? parts->bounds[i] : range.until;
      add_fingerprint({from, until, false}, parts->sums[i]);
      from = until;
    }
    return true;
  }

  Request take_request() { return std::move(request_); }
  std::vector<Asked> take_asked() { return std::move(asked_); }

 private:
  static constexpr std::size_t kEntryBytesMax = 1 + 2 * 70;  // head, two bounds of the longest spelling

  bool room_for(std::size_t entries, std::size_t payload) const {
    return request_.entries.empty() || (request_.entries.size() + entries <= kEntriesMax &&
                                        bytes_ + entries * kEntryBytesMax + payload <= kReconcileBytesMax);
  }

  void count_bytes(const Range& range, std::size_t payload) {
    bytes_ += 1 + payload;
    if (!(range.from == last_)) bytes_ += bound_size(range.from, second_);
    bytes_ += bound_size(range.until, second_);
    last_ = range.until;
  }

  void add_fingerprint(const Range& range, const RangeSum& sum) {
    count_bytes(range, sizeof(Fingerprint));
    request_.entries.push_back({range.from, range.until, fingerprint(sum)});
    asked_.push_back({range, {}, false});
  }

  Result<bool> add_list(const Range& range) {
    auto items = held_.items(range.from, range.until, kListMax - 1);
    if (!items) return items.error();
    count_bytes(range, items->size() * token_bytes_);
    std::vector<Token> tokens;
    tokens.reserve(items->size());
    for (const HeldItem& item : *items) tokens.push_back(token_of(item.hash, salt_, token_bytes_));
    request_.salt = salt_;
    request_.token_bytes = static_cast<std::uint8_t>(token_bytes_);
    request_.entries.push_back({range.from, range.until, std::move(tokens)});
    asked_.push_back({range, std::move(*items), true});
    return true;
  }

  const HeldSet& held_;
  std::uint64_t salt_;
  std::size_t token_bytes_;
  Request request_;
  std::vector<Asked> asked_;
  HeldItem last_ = range_begin();
  std::int64_t second_ = 0;
  std::size_t bytes_ = 16;
};

Initiator::Initiator(std::uint64_t salt, InitiatorOptions options)
    : Initiator(salt, options, range_begin(), range_end()) {}

Initiator::Initiator(std::uint64_t salt, InitiatorOptions options, const HeldItem& from, const HeldItem& until)
    : salt_(salt), options_(options), until_(until) {
  LM_CHECK(options.token_bytes >= 1 && options.token_bytes <= kTokenBytesMax);
  LM_CHECK(from < until);
  open_.push_back({from, until, false});
}

bool Initiator::full() const {
  return lacking_.size() >= options_.differences_max || other_lacks_.size() >= options_.differences_max;
}

Result<std::optional<Request>> Initiator::next(const HeldSet& held) {
  LM_CHECK(!awaiting_);
  if (open_.empty() || full() || round_trips_ >= options_.round_trips_max) over_ = true;
  if (over_) return std::optional<Request>{};
  RequestBuilder builder(held, salt_, options_.token_bytes);
  const HeldItem begin = open_.front().from;
  while (!open_.empty()) {
    const auto added = builder.add(open_.front());
    if (!added) {
      over_ = true;
      leave(begin);
      return added.error();
    }
    if (!*added) break;
    open_.pop_front();
  }
  asked_ = builder.take_asked();
  awaiting_ = true;
  ++round_trips_;
  return std::optional(builder.take_request());
}

Result<Initiator::Taken> Initiator::on_answer(const HeldSet& held, const Answer& answer) {
  LM_CHECK(awaiting_);
  awaiting_ = false;
  const std::size_t answered = answer.findings.size();
  std::vector<Range> reopened;
  std::size_t settled = 0;
  bool good = answered > 0 && answered <= asked_.size();
  while (good && settled < answered && !full()) {
    good = belongs(asked_[settled], answer.findings[settled]);
    if (!good) break;
    const auto done = settle(held, asked_[settled], answer.findings[settled], reopened);
    if (!done) {
      over_ = true;
      leave(asked_.front().range.from);
      return done.error();
    }
    ++settled;
  }
  for (; settled < asked_.size(); ++settled) reopened.push_back(asked_[settled].range);
  reopen(std::move(reopened));
  asked_.clear();
  if (!good || open_.empty() || full()) over_ = true;
  return good ? Taken::good : Taken::protocol_error;
}

// In front, so that what was begun is finished first and order is kept.
void Initiator::reopen(std::vector<Range> ranges) {
  open_.insert(open_.begin(), ranges.begin(), ranges.end());
  if (open_.size() > kOpenRangesMax) {
    leave(open_[kOpenRangesMax].from);
    open_.resize(kOpenRangesMax);
  }
}

void Initiator::leave(const HeldItem& from) {
  if (!left_from_ || from < *left_from_) left_from_ = from;
}

HeldItem Initiator::settled_until() const {
  HeldItem until = until_;
  if (left_from_) until = std::min(until, *left_from_);
  if (!open_.empty()) until = std::min(until, open_.front().from);
  if (awaiting_) until = std::min(until, asked_.front().range.from);
  return until;
}

bool Initiator::belongs(const Asked& asked, const Finding& finding) {
  const auto inside = [&](const HeldItem& bound) { return asked.range.from < bound && bound < asked.range.until; };
  if (const auto* difference = std::get_if<Difference>(&finding)) {
    return asked.is_list && (difference->unknown.empty() || difference->unknown.back() < asked.listed.size()) &&
           (!difference->complete_until || inside(*difference->complete_until));
  }
  if (asked.is_list) return false;
  const auto* split = std::get_if<Split>(&finding);
  return split == nullptr || (inside(split->bounds.front()) && inside(split->bounds.back()));
}

Result<Unit> Initiator::settle(const HeldSet& held, const Asked& asked, const Finding& finding,
                               std::vector<Range>& reopened) {
  if (std::holds_alternative<Same>(finding)) return Unit{};
  if (std::holds_alternative<None>(finding)) return settle_none(held, asked.range, reopened);
  if (const auto* split = std::get_if<Split>(&finding)) return settle_split(held, asked.range, *split, reopened);
  if (const auto* difference = std::get_if<Difference>(&finding)) {
    settle_difference(asked, *difference, reopened);
  } else {
    reopened.push_back({asked.range.from, asked.range.until, true});  // Ask
  }
  return Unit{};
}

Result<Unit> Initiator::settle_none(const HeldSet& held, const Range& range, std::vector<Range>& reopened) {
  const std::size_t room = options_.differences_max - std::min(options_.differences_max, other_lacks_.size());
  const auto items = held.items(range.from, range.until, room + 1);
  if (!items) return items.error();
  for (std::size_t i = 0; i < std::min(items->size(), room); ++i) other_lacks_.insert((*items)[i].hash);
  if (items->size() > room) reopened.push_back({(*items)[room], range.until, true});
  return Unit{};
}

Result<Unit> Initiator::settle_split(const HeldSet& held, const Range& range, const Split& split,
                                     std::vector<Range>& reopened) {
  HeldItem from = range.from;
  for (std::size_t i = 0; i < split.fingerprints.size(); ++i) {
    const HeldItem until = i < split.bounds.size() ? split.bounds[i] : range.until;
    const auto ours = held.sum(from, until);
    if (!ours) return ours.error();
    if (fingerprint(*ours) != split.fingerprints[i]) reopened.push_back({from, until, true});
    from = until;
  }
  return Unit{};
}

void Initiator::settle_difference(const Asked& asked, const Difference& difference, std::vector<Range>& reopened) {
  const std::set<message::ItemHash> theirs(difference.unlisted.begin(), difference.unlisted.end());
  std::set<message::ItemHash> listed;
  for (const HeldItem& item : asked.listed) listed.insert(item.hash);
  for (const message::ItemHash& hash : theirs) {
    if (!listed.contains(hash)) lacking_.insert(hash);
  }
  for (const std::uint32_t position : difference.unknown) {
    const HeldItem& item = asked.listed[position];
    if (difference.complete_until && !(item < *difference.complete_until)) continue;
    if (!theirs.contains(item.hash)) other_lacks_.insert(item.hash);
  }
  if (difference.complete_until) reopened.push_back({*difference.complete_until, asked.range.until, true});
}

std::vector<Offer> make_offers(const std::set<message::ItemHash>& hashes) {
  std::vector<Offer> offers;
  for (const message::ItemHash& hash : hashes) {
    if (offers.empty() || offers.back().hashes.size() == kOfferMax) offers.emplace_back();
    offers.back().hashes.push_back(hash);
  }
  for (Offer& offer : offers) order_hashes(offer.hashes);
  return offers;
}

}  // namespace lastmile::sync
