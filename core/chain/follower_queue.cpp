// The queue of a follower: archives asked for, messages handed in, what was put off read again.
#include <algorithm>
#include <utility>

#include "core/chain/contract_message.hpp"
#include "core/chain/follower.hpp"

namespace lastmile::chain {

void ChainFollower::pump(Instant now) {
  if (!started_) return;
  pump_in_place();
  pump_archives(now);
  reread(now);
}

// Messages that need no archive: on chain, or born in a contract.
void ChainFollower::pump_in_place() {
  while (!in_place_.empty() && in_place_busy_ < config_.limits.contract_messages_at_once) {
    const TransactionId id = *in_place_.begin();
    in_place_.erase(in_place_.begin());
    const auto place = queue_.find(id);
    auto content = read_in_place(id, place->second);
    if (!content || content->messages.empty()) {
      remove(place);
      continue;
    }
    hand_in(id, std::make_shared<const ArchiveContent>(std::move(*content)));
  }
}

std::optional<ArchiveContent> ChainFollower::read_in_place(const TransactionId& id, const Transaction& transaction) {
  if (!transaction.from_contract) {
    auto content = parse_archive(transaction.payload, config_.tombstones);
    if (!content) {
      ++counters_.unreadable;
      return std::nullopt;
    }
    counters_.refused_entries += content->refused.size();
    return std::move(*content);
  }
  auto envelope = contract_message({.chain = config_.code,
                                    .address = transaction.publisher,
                                    .type = transaction.message_type,
                                    .content = transaction.payload,
                                    .event_time = id.time,
                                    .transaction_time = id.time});
  if (!envelope) {
    ++counters_.unreadable;
    return std::nullopt;
  }
  ArchiveContent content;
  content.messages.push_back(std::make_shared<const message::Envelope>(std::move(*envelope)));
  return content;
}

// Asks for archives that are due, those of the oldest transactions first.
void ChainFollower::pump_archives(Instant now) {
  if (archives_busy_ >= config_.limits.archives_at_once) return;
  std::vector<std::pair<TransactionId, message::ItemHash>> due;
  for (const auto& [hash, archive] : archives_) {
    if (archive.fetching || archive.next_attempt > now || archive.transactions.empty()) continue;
    due.emplace_back(*archive.transactions.begin(), hash);
  }
  const std::size_t room = std::min(config_.limits.archives_at_once - archives_busy_, due.size());
  std::partial_sort(due.begin(), due.begin() + static_cast<std::ptrdiff_t>(room), due.end());
  for (std::size_t i = 0; i < room; ++i) {
    archives_.at(due[i].second).fetching = true;
    ++archives_busy_;
    actions_.emplace_back(FetchArchive{due[i].second});
  }
}

void ChainFollower::hand_in(const TransactionId& id, SharedArchive content) {
  Transaction& transaction = queue_.at(id);
  transaction.phase = Phase::taking_in;
  ++(transaction.archive ? archives_busy_ : in_place_busy_);
  Confirmation confirmation{.chain = std::string(crypto::chain_text(config_.code)),
                            .height = id.height,
                            .transaction = id.transaction,
                            .time = id.time,
                            .publisher = transaction.publisher,
                            .final = is_final(id.height)};
  actions_.emplace_back(
      TakeIn{id, std::move(content), std::move(confirmation), transaction.archive, transaction.from_contract});
}

bool ChainFollower::awaits(const message::ItemHash& hash) const {
  const auto place = archives_.find(hash);
  return place != archives_.end() && place->second.fetching;
}

void ChainFollower::archive_at_hand(const message::ItemHash& hash, Instant now) {
  const auto place = archives_.find(hash);
  if (place == archives_.end() || place->second.fetching) return;
  place->second.next_attempt = std::min(place->second.next_attempt, now);
  pump(now);
}

void ChainFollower::archive_read(const message::ItemHash& hash, const Result<SharedArchive>& content, Instant now) {
  const auto place = archives_.find(hash);
  if (place == archives_.end()) return;
  const bool no_messages = content.ok() && (*content)->empty();
  if (no_messages && config_.empty_transactions == message::Behaviour::as_reference) {
    archive_unavailable(hash, now);
    return;
  }
  // Came by another road while there is no room: it is asked for when there is.
  if (!place->second.fetching && archives_busy_ >= config_.limits.archives_at_once) return;
  if (place->second.fetching) --archives_busy_;
  std::set<TransactionId> transactions = std::exchange(place->second.transactions, {});
  archives_.erase(place);
  SharedArchive shared;
  if (!content) {
    ++counters_.unreadable;
  } else {
    counters_.refused_entries += (*content)->refused.size();
    if (!(*content)->messages.empty()) shared = *content;
  }
  while (!transactions.empty()) {
    // Many transactions may name one archive. Those beyond the limit ask for it again when there is room.
    if (shared != nullptr && archives_busy_ >= config_.limits.archives_at_once) {
      archives_[hash].transactions = std::move(transactions);
      break;
    }
    const TransactionId id = *transactions.begin();
    transactions.erase(transactions.begin());
    if (shared != nullptr) {
      hand_in(id, shared);
    } else {
      remove(queue_.find(id));  // nothing to take in, now or ever: the name fixes the bytes
    }
  }
  pump(now);
}

void ChainFollower::archive_unavailable(const message::ItemHash& hash, Instant now) {
  const auto place = archives_.find(hash);
  if (place == archives_.end() || !place->second.fetching) return;
  Archive& archive = place->second;
  archive.fetching = false;
  --archives_busy_;
  ++counters_.unavailable;
  if (archive.transactions.empty()) {
    archives_.erase(place);
  } else {
    Duration pause = config_.limits.retry_pause_min;
    for (std::uint32_t i = 0; i < archive.attempts && pause < config_.limits.retry_pause_max; ++i) pause = pause * 2;
    archive.next_attempt = now + std::min(pause, config_.limits.retry_pause_max);
    ++archive.attempts;
  }
  pump(now);
}

void ChainFollower::taken_in(const TransactionId& id, Instant now) {
  const auto place = queue_.find(id);
  if (place == queue_.end() || place->second.phase != Phase::taking_in) return;  // taken back meanwhile
  remove(place);
  pump(now);
}

// There is room again for what was left out: read the chain from there.
void ChainFollower::reread(Instant now) {
  if (overflow_) {
    if (!left_since_overflow_) return;
  } else {
    // What gave way is tried again now and then, and never before the last attempt has read up to where it began.
    if (!stale_from_ || pass_until_ || now - last_reread_ < config_.limits.reread_pause) return;
  }
  std::size_t transactions = 0;
  std::size_t bytes = 0;
  for (const auto& [id, transaction] : queue_) {
    if (!fresh(transaction)) continue;
    ++transactions;
    bytes += transaction.bytes();
  }
  if (transactions > config_.limits.transactions / 2 || bytes > config_.limits.bytes / 2) return;
  ++counters_.rereads;
  std::uint64_t from = 0;
  if (overflow_) {
    from = overflow_->first;
    taken_until_ = std::exchange(overflow_, std::nullopt);
  } else {
    from = *stale_from_;
    pass_until_ = next_;
    stale_from_.reset();
    taken_until_.reset();
  }
  const Follow follow = follow_from(from);
  actions_.emplace_back(follow);
}

void ChainFollower::retry_archives(Instant now) {
  for (auto& [hash, archive] : archives_) archive.next_attempt = std::min(archive.next_attempt, now);
  pump(now);
}

void ChainFollower::tick(Instant now) { pump(now); }

std::optional<Instant> ChainFollower::next_due() const {
  std::optional<Instant> next;
  if (archives_busy_ < config_.limits.archives_at_once) {
    for (const auto& [hash, archive] : archives_) {
      if (archive.fetching || archive.transactions.empty()) continue;
      if (!next || archive.next_attempt < *next) next = archive.next_attempt;
    }
  }
  if (stale_from_ && !overflow_ && !pass_until_) {
    const Instant due = last_reread_ + config_.limits.reread_pause;
    if (!next || due < *next) next = due;
  }
  return next;
}

}  // namespace lastmile::chain
