#include "core/sync/head_book.hpp"

#include <algorithm>

namespace lastmile::sync {

void HeadBook::collapse(Signer& signer) {
  while (!signer.sequences.empty() && *signer.sequences.begin() == signer.linked_to + 1) {
    ++signer.linked_to;
    signer.sequences.erase(signer.sequences.begin());
  }
}

HeadBook::Seen HeadBook::on_head(const Head& head) {
  const message::ItemHash name = head_name(head);
  const auto wanted = wanted_.find(name);
  // A head that another one named must be the one before it, of the same signer.
  if (wanted != wanted_.end() && (wanted->second.signer != head.node || wanted->second.sequence != head.sequence)) {
    wanted_.erase(wanted);
    ++refused_;
    return Seen::refused;
  }
  const auto known = signers_.find(head.node);
  if (known != signers_.end() && wanted == wanted_.end() &&
      (head.sequence <= known->second.linked_to || known->second.sequences.contains(head.sequence))) {
    return Seen::known;
  }
  if (!head_is_authentic(head)) {
    ++refused_;
    return Seen::refused;
  }
  if (known == signers_.end() && signers_.size() >= kSignersMax) return Seen::full;
  Signer& signer = signers_[head.node];
  const bool link = head.previous && head.sequence - 1 > signer.linked_to &&
                    !signer.sequences.contains(head.sequence - 1) && !wanted_.contains(*head.previous);
  if (link && wanted_.size() >= kWalkMax) return Seen::full;

  wanted_.erase(name);
  archives_.push_back(head.archive);
  signer.sequences.insert(head.sequence);
  if (head.sequence > signer.newest.sequence) signer.newest = head;
  if (link) {
    wanted_[*head.previous] = {head.node, head.sequence - 1, true};
    to_fetch_.push_back(*head.previous);
  }
  collapse(signer);
  return Seen::accepted;
}

void HeadBook::unavailable(const message::ItemHash& head) {
  if (const auto wanted = wanted_.find(head); wanted != wanted_.end()) wanted->second.available = false;
}

void HeadBook::retry() {
  for (auto& [name, wanted] : wanted_) {
    if (wanted.available) continue;
    wanted.available = true;
    to_fetch_.push_back(name);
  }
}

std::vector<message::ItemHash> HeadBook::take_wanted_heads() { return std::exchange(to_fetch_, {}); }

std::vector<message::ItemHash> HeadBook::take_archives() { return std::exchange(archives_, {}); }

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

std::vector<HeadBook::Saved> HeadBook::save() const {
  std::vector<Saved> all;
  for (const auto& [address, signer] : signers_) {
    Saved saved{signer.newest, {}};
    for (const auto& [name, wanted] : wanted_) {
      if (wanted.signer == address) saved.unlinked.push_back(name);
    }
    all.push_back(std::move(saved));
  }
  return all;
}

void HeadBook::restore(const std::vector<Saved>& saved) {
  for (const Saved& entry : saved) {
    Signer& signer = signers_[entry.newest.node];
    signer.newest = entry.newest;
    if (entry.unlinked.empty()) {
      signer.linked_to = entry.newest.sequence;
      continue;
    }
    // A walk was under way: begin it again from the newest head; what was taken in before is known to the store.
    signer.sequences.insert(entry.newest.sequence);
    if (entry.newest.previous) {
      wanted_[*entry.newest.previous] = {entry.newest.node, entry.newest.sequence - 1, true};
      to_fetch_.push_back(*entry.newest.previous);
    }
  }
}

}  // namespace lastmile::sync
