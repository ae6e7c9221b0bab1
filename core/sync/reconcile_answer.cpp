// The answering side: a pure function of the set and one request.
#include <algorithm>
#include <utility>

#include "core/sync/bound.hpp"
#include "core/sync/range_split.hpp"
#include "core/sync/reconcile.hpp"

namespace lastmile::sync {
namespace {

// Largest spelling of one hash, and of what surrounds a finding (codes, counts, positions, one bound).
constexpr std::size_t kHashBytesMax = 60;
constexpr std::size_t kFindingBytesMax = 256;
// A list is compared with so many own items at least before the answer is cut.
constexpr std::size_t kItemsWorthwhile = 64;

class Answerer {
 public:
  Answerer(const HeldSet& held, const Request& request) : held_(held), request_(request) {}

  Result<Answer> run() {
    for (const Entry& entry : request_.entries) {
      // The first entry is always answered, so that every round trip makes progress.
      if (!answer_.findings.empty() && !room_for(entry)) break;
      const auto added = std::holds_alternative<Fingerprint>(entry.holds)
                             ? compare(entry, std::get<Fingerprint>(entry.holds))
                             : compare(entry, std::get<std::vector<Token>>(entry.holds));
      if (!added) return added.error();
    }
    return std::move(answer_);
  }

 private:
  bool room_for(const Entry& entry) const {
    if (sums_ + 1 + kSplitParts > kAnswerSumsMax) return false;
    if (std::holds_alternative<Fingerprint>(entry.holds)) {
      return bytes_ + kFindingBytesMax + kSplitParts * (sizeof(Fingerprint) + kBoundBytesMax) <= kReconcileBytesMax;
    }
    return items_ + kItemsWorthwhile <= kAnswerItemsMax &&
           bytes_ + kFindingBytesMax + kItemsWorthwhile * kHashBytesMax <= kReconcileBytesMax;
  }

  Result<RangeSum> sum(const Entry& entry) {
    ++sums_;
    return held_.sum(entry.from, entry.until);
  }

  Result<Unit> add(Finding finding, std::size_t bytes) {
    answer_.findings.push_back(std::move(finding));
    bytes_ += bytes;
    return Unit{};
  }

  Result<Unit> compare(const Entry& entry, const Fingerprint& theirs) {
    const auto ours = sum(entry);
    if (!ours) return ours.error();
    if (fingerprint(*ours) == theirs) return add(Same{}, 0);
    if (ours->count == 0) return add(None{}, kSmallFinding);
    if (ours->count < kListMax) return add(Ask{}, kSmallFinding);
    const auto parts = split_range(held_, entry.from, entry.until, *ours);
    if (!parts) return parts.error();
    sums_ += kSplitParts;
    Split split{parts->bounds, {}};
    std::size_t bytes = kSmallFinding + 1;
    for (const RangeSum& part : parts->sums) {
      split.fingerprints.push_back(fingerprint(part));
      bytes += sizeof(Fingerprint);
    }
    for (const HeldItem& bound : split.bounds) bytes += bound_size(bound, second_);
    return add(std::move(split), bytes);
  }

  // Our items against the tokens of theirs. A token that is not one to one says nothing: such items count as different
  // on both sides, and the asker, who gets our hashes in full, sorts it out.
  Result<Unit> compare(const Entry& entry, const std::vector<Token>& theirs) {
    const std::size_t limit =
        std::min(kAnswerItemsMax - items_, (kReconcileBytesMax - bytes_ - kFindingBytesMax) / kHashBytesMax);
    auto ours = held_.items(entry.from, entry.until, limit);
    if (!ours) return ours.error();
    items_ += ours->size();
    Difference difference;
    if (ours->size() == limit) {  // perhaps there are more
      difference.complete_until = bound_between((*ours)[limit - 2], (*ours)[limit - 1]);
      ours->pop_back();
    }
    struct Known {
      Token token;
      bool is_ours;
      std::uint32_t position;
      auto operator<=>(const Known&) const = default;
    };
    std::vector<Known> all;
    all.reserve(ours->size() + theirs.size());
    for (std::uint32_t i = 0; i < ours->size(); ++i) {
      all.push_back({token_of((*ours)[i].hash, request_.salt, request_.token_bytes), true, i});
    }
    for (std::uint32_t i = 0; i < theirs.size(); ++i) all.push_back({theirs[i], false, i});
    std::sort(all.begin(), all.end());
    for (auto group = all.begin(); group != all.end();) {
      const auto end = std::find_if(group, all.end(), [&](const Known& k) { return k.token != group->token; });
      const bool one_to_one = end - group == 2 && group[0].is_ours != group[1].is_ours;
      for (; group != end; ++group) {
        if (one_to_one) continue;
        if (group->is_ours) {
          difference.unlisted.push_back((*ours)[group->position].hash);
        } else {
          difference.unknown.push_back(group->position);
        }
      }
    }
    std::sort(difference.unlisted.begin(), difference.unlisted.end());
    order_hashes(difference.unlisted);
    std::sort(difference.unknown.begin(), difference.unknown.end());
    const std::size_t bytes = kFindingBytesMax + difference.unlisted.size() * kHashBytesMax;
    if (difference.complete_until) bound_size(*difference.complete_until, second_);
    return add(std::move(difference), bytes);
  }

  static constexpr std::size_t kSmallFinding = 4;    // code, and the run of `same` before it
  static constexpr std::size_t kBoundBytesMax = 70;  // nine of the seconds, a mark, the longest prefix

  const HeldSet& held_;
  const Request& request_;
  Answer answer_;
  std::int64_t second_ = 0;  // of the last bound written, as the codec counts
  std::size_t bytes_ = 16;   // of the answer so far, never less than it will have
  std::size_t sums_ = 0;
  std::size_t items_ = 0;
};

}  // namespace

Result<Answer> answer(const HeldSet& held, const Request& request) { return Answerer(held, request).run(); }

}  // namespace lastmile::sync
