#include "core/sync/head_book.hpp"

#include <algorithm>
#include <iterator>

#include "core/base/check.hpp"
#include "core/base/present.hpp"

namespace lastmile::sync {
namespace {

// The run that holds this sequence, or end().
template <class Runs>
auto run_of(Runs& runs, std::uint64_t sequence) {
  auto above = runs.upper_bound(sequence);
  if (above == runs.begin()) return runs.end();
  const auto run = std::prev(above);
  return run->second.until >= sequence ? run : runs.end();
}

}  // namespace

// --- judging

std::vector<HeadBook::Wanted> HeadBook::wanting(const message::ItemHash& head) const {
  std::vector<Wanted> all;
  for (auto it = wanted_.lower_bound({head, {}, 0}); it != wanted_.end() && it->head == head; ++it) all.push_back(*it);
  return all;
}

bool HeadBook::wants(const message::ItemHash& head) const {
  const auto first = wanted_.lower_bound({head, {}, 0});
  return first != wanted_.end() && first->head == head;
}

// What can be said without its signature and without its teller.
HeadBook::Seen HeadBook::judge(const Head& head, const message::ItemHash& name) {
  for (const Wanted& wanted : wanting(name)) {
    if (wanted.signer == head.node && wanted.above == head.sequence + 1) continue;
    // Whoever named it named no head before his own: his walk has no end.
    Stretch& run = signers_.at(wanted.signer).runs.at(wanted.above);
    stop_asking(wanted.signer, wanted.above, run);
    run.previous.reset();
    changed_.insert(wanted.signer);
    ++contradictions_;
  }
  const auto signer = signers_.find(head.node);
  if (signer == signers_.end()) return Seen::unchecked;
  const auto& runs = signer->second.runs;
  if (run_of(runs, head.sequence) != runs.end()) return Seen::known;
  const bool grows = run_of(runs, head.sequence - 1) != runs.end() || runs.contains(head.sequence + 1);
  const std::size_t most = signer->second.stranger ? limits_.runs_of_stranger : limits_.runs_of_known;
  return grows || runs.size() < most ? Seen::unchecked : Seen::full;
}

HeadBook::Seen HeadBook::look(const Head& head, Teller from, Instant now) {
  const Seen seen = judge(head, head_name(head));
  if (seen == Seen::known) adopt(signers_.at(head.node), from);
  if (seen != Seen::unchecked || !from || !is_stranger(head.node)) return seen;
  return allowed(*from, now) ? seen : Seen::full;
}

bool HeadBook::allowed(env::PeerId from, Instant now) {
  const auto [place, is_new] = allowances_.try_emplace(from);
  Allowance& allowance = place->second;
  if (is_new) {
    allowance = {limits_.stranger_heads_burst, now};
  } else if (const std::int64_t passed = (now - allowance.since).ns / minutes(1).ns; passed > 0) {
    const std::size_t more =
        static_cast<std::size_t>(std::min<std::int64_t>(passed, 1'000'000)) * limits_.stranger_heads_per_minute;
    allowance.heads = std::min(limits_.stranger_heads_burst, allowance.heads + more);
    allowance.since = allowance.since + minutes(1) * passed;
  }
  if (allowance.heads == 0) return false;
  --allowance.heads;
  return true;
}

// --- strangers

// After a restart nobody answers for strangers: the first who tells of one does. Otherwise nobody can be talked out of
// his place by peers that bring him as well.
void HeadBook::adopt(Signer& signer, Teller from) {
  if (!signer.stranger || signer.teller || !from) return;
  const auto nobody = told_by_.find(std::nullopt);
  if (--nobody->second == 0) told_by_.erase(nobody);
  ++told_by_[from];
  signer.teller = from;
}

void HeadBook::on_forgotten(env::PeerId peer) {
  allowances_.erase(peer);
  auto brought = told_by_.extract(Teller(peer));
  if (brought.empty()) return;
  told_by_[std::nullopt] += brought.mapped();
  for (auto& [address, signer] : signers_) {
    if (signer.teller == Teller(peer)) signer.teller.reset();
  }
}

// Room for one more stranger: the peer that brought most of them gives the one that was not heard of for longest.
bool HeadBook::make_room() {
  if (limits_.strangers == 0) return false;
  if (strangers_ < limits_.strangers) return true;
  const auto most = std::max_element(told_by_.begin(), told_by_.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  auto oldest = signers_.end();
  for (auto it = signers_.begin(); it != signers_.end(); ++it) {
    if (!it->second.stranger || it->second.teller != most->first) continue;
    if (oldest == signers_.end() || it->second.turn < oldest->second.turn) oldest = it;
  }
  LM_CHECK(oldest != signers_.end());
  forget(oldest);
  return true;
}

void HeadBook::forget(Signers::iterator signer) {
  for (auto& [from, run] : signer->second.runs) stop_asking(signer->first, from, run);
  if (signer->second.stranger) {
    --strangers_;
    const auto teller = told_by_.find(signer->second.teller);
    if (--teller->second == 0) told_by_.erase(teller);
  }
  changed_.insert(signer->first);
  signers_.erase(signer);
}

// --- accepting

HeadBook::Seen HeadBook::on_head(const Head& head, Teller from, Instant now) {
  const message::ItemHash name = head_name(head);
  const Seen seen = judge(head, name);  // others may have been accepted since look()
  if (seen == Seen::known) adopt(signers_.at(head.node), from);
  if (seen != Seen::unchecked) return seen;
  auto known = signers_.find(head.node);
  if (known == signers_.end()) {
    const bool stranger = is_stranger(head.node);
    if (stranger && !make_room()) return Seen::full;
    known = signers_.try_emplace(head.node).first;
    known->second.stranger = stranger;
    known->second.teller = from;
    if (stranger) {
      ++strangers_;
      ++told_by_[from];
    }
  } else {
    adopt(known->second, from);
  }
  Signer& signer = known->second;
  signer.turn = ++turn_;
  signer.heard = now;
  if (head.sequence > signer.newest.sequence) signer.newest = head;
  archives_.push_back({head.archive, head.node});
  changed_.insert(head.node);

  auto run = signer.runs.emplace(head.sequence, Stretch{head.sequence, head.previous, Asking::no, now}).first;
  const auto above = signer.runs.find(head.sequence + 1);
  if (above != signer.runs.end()) {  // it closes the gap below them
    stop_asking(head.node, above->first, above->second);
    run->second.until = above->second.until;
    signer.runs.erase(above);
  }
  if (const auto below = run_of(signer.runs, head.sequence - 1); below != signer.runs.end()) {
    below->second.until = run->second.until;
    signer.runs.erase(run);
  }
  // News of a signer is a reason to ask again for what nobody had.
  for (auto& [start, stretch] : signer.runs) {
    if (stretch.asking == Asking::no || stretch.asking == Asking::given_up) ask_for(head.node, start, stretch, now);
  }
  return Seen::accepted;
}

void HeadBook::ask_for(const std::string& address, std::uint64_t from, Stretch& run, Instant now) {
  if (!run.previous) return;
  run.asking = Asking::yes;
  run.since = now;
  wanted_.insert({*run.previous, address, from});
  to_fetch_.insert(*run.previous);
}

void HeadBook::stop_asking(const std::string& address, std::uint64_t from, Stretch& run) {
  if (run.asking == Asking::yes || run.asking == Asking::in_vain) wanted_.erase({present(run.previous), address, from});
  run.asking = Asking::no;
}

void HeadBook::unavailable(const message::ItemHash& head) {
  for (const Wanted& wanted : wanting(head)) signers_.at(wanted.signer).runs.at(wanted.above).asking = Asking::in_vain;
}

void HeadBook::retry(Instant now) {
  for (auto it = signers_.begin(); it != signers_.end();) {
    const auto signer = it++;
    if (signer->second.stranger && now - signer->second.heard > limits_.patience) {
      forget(signer);
      continue;
    }
    for (auto& [from, run] : signer->second.runs) {
      if (run.asking != Asking::in_vain) continue;
      if (now - run.since > limits_.patience) {
        stop_asking(signer->first, from, run);
        run.asking = Asking::given_up;
      } else {
        run.asking = Asking::yes;
        to_fetch_.insert(present(run.previous));
      }
    }
  }
  // A peer whose allowance is whole again need not be remembered.
  std::erase_if(allowances_, [&](const auto& entry) { return now - entry.second.since > limits_.patience; });
}

// --- telling and keeping

std::vector<Head> HeadBook::newest() const {
  std::vector<Head> heads;
  for (const auto& [_, signer] : signers_) heads.push_back(signer.newest);
  return heads;
}

std::optional<Head> HeadBook::newest_of(const std::string& signer) const {
  const auto found = signers_.find(signer);
  if (found == signers_.end()) return std::nullopt;
  return found->second.newest;
}

std::optional<HeadBook::Saved> HeadBook::saved(const std::string& address) const {
  const auto found = signers_.find(address);
  if (found == signers_.end()) return std::nullopt;
  Saved saved{found->second.newest, {}};
  for (const auto& [from, run] : found->second.runs) saved.runs.push_back({from, run.until, run.previous});
  return saved;
}

void HeadBook::restore(const std::vector<Saved>& saved, Instant now) {
  for (const Saved& entry : saved) {
    const std::string& address = entry.newest.node;
    const bool stranger = is_stranger(address);
    const std::size_t most = stranger ? limits_.runs_of_stranger : limits_.runs_of_known;
    bool good = !signers_.contains(address) && !entry.runs.empty() && entry.runs.size() <= most &&
                entry.runs.back().until == entry.newest.sequence;
    std::uint64_t below = 0;
    for (const Run& run : entry.runs) {
      good = good && run.from > below && run.until >= run.from && (run.from > 1 || !run.previous);
      below = run.until;
    }
    if (!good || (stranger && strangers_ >= limits_.strangers)) continue;  // as if never seen: peers tell it again
    Signer& signer = signers_[address];
    signer.newest = entry.newest;
    signer.stranger = stranger;
    signer.turn = ++turn_;
    signer.heard = now;
    if (stranger) {
      ++strangers_;
      ++told_by_[std::nullopt];
    }
    for (const Run& run : entry.runs) {
      Stretch& stretch = signer.runs[run.from];
      stretch = {run.until, run.previous, Asking::no, now};
      ask_for(address, run.from, stretch, now);
    }
  }
}

}  // namespace lastmile::sync
