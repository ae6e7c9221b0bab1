#include "core/chain/follower.hpp"

#include <algorithm>
#include <iterator>

#include "core/base/check.hpp"
#include "core/chain/payload.hpp"
#include "core/message/json_tools.hpp"
#include "core/message/json_view.hpp"

namespace lastmile::chain {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// Heights beyond this are no heights; the saved state writes them as signed numbers.
constexpr std::uint64_t kHeightMax = std::uint64_t{1} << 62;

// Valid UTF-8, so that it can stand in the saved state.
bool is_text(std::string_view bytes) {
  std::string quoted;
  message::append_json_string(quoted, bytes);
  return message::JsonView::parse(quoted).ok();
}

bool readable(const env::ChainEvent& event) {
  return event.transaction.size() <= kEventTextBytesMax && event.publisher.size() <= kEventTextBytesMax &&
         event.message_type.size() <= kEventTextBytesMax && event.payload.size() <= kPayloadBytesMax &&
         is_text(event.transaction) && is_text(event.publisher) && is_text(event.message_type) &&
         is_text(event.payload);
}

}  // namespace

ChainFollower::ChainFollower(FollowConfig config) : config_(std::move(config)), next_(config_.start_height) {
  for (const std::string& emitter : config_.emitters) emitters_.insert(lower(emitter));
  LM_CHECK(config_.limits.transactions > 0 && config_.limits.archives_at_once > 0);
  LM_CHECK(config_.limits.contract_messages_at_once > 0 && config_.limits.window_blocks > 0);
}

void ChainFollower::start(Instant now) {
  LM_CHECK(!started_);
  started_ = true;
  last_reread_ = now;
  const Follow follow = follow_from(next_);
  remove_from(next_);
  if (config_.reorganisations == message::Behaviour::corrected) actions_.emplace_back(TakeBack{next_});
  actions_.emplace_back(follow);
  pump(now);
}

// Goes back to `wanted`, or further to a block whose hash is remembered, so that the chain can say whether it is still
// there. Below what is final nothing needs to be said.
Follow ChainFollower::follow_from(std::uint64_t wanted) {
  const std::uint64_t read_until = next_;
  next_ = std::min(next_, wanted);
  std::string hash;
  if (next_ > config_.start_height) {
    const auto above = window_.lower_bound(next_);
    if (above != window_.begin()) {
      next_ = std::prev(above)->first + 1;
      hash = std::prev(above)->second;
    } else {
      next_ = std::min(next_, std::max(final_ ? *final_ + 1 : 0, config_.start_height));
    }
  }
  // Blocks whose hashes are not remembered may be replaced without our noticing.
  const std::uint64_t lost = final_ ? std::max(next_, *final_ + 1) : next_;
  const bool remembered = !window_.empty() && window_.begin()->first <= lost;
  if (read_until > lost && !remembered && config_.reorganisations == message::Behaviour::corrected) {
    remove_from(lost);
    actions_.emplace_back(TakeBack{lost});
  }
  return {env::Height{next_}, std::move(hash)};
}

bool ChainFollower::authorised(std::string_view publisher) const {
  return emitters_.empty() || emitters_.contains(lower(publisher));
}

void ChainFollower::remember_block(std::uint64_t height, const std::string& hash) {
  if (hash.empty() || hash.size() > kEventTextBytesMax || !is_text(hash)) return;
  window_[height] = hash;
  while (window_.size() > config_.limits.window_blocks) window_.erase(window_.begin());
}

// False: the block is not to be read (known already, or the chain is followed anew to learn what happened).
bool ChainFollower::expected(const env::ChainBlock& block) {
  const std::uint64_t height = block.height.value;
  if (height > kHeightMax) return false;
  const auto known = window_.find(height);
  const bool same = known != window_.end() && known->second == block.hash;
  if (height < next_) {
    if (same || known == window_.end()) return false;
    take_back_from(height);  // another block at this height: told without a notice
    return true;
  }
  if (height > next_) {
    if (!astray_) actions_.emplace_back(follow_from(next_));
    astray_ = true;
    return false;
  }
  if (known != window_.end() && !same) take_back_from(height);  // read again, and it is another branch now
  const auto before = height > 0 ? window_.find(height - 1) : window_.end();
  if (before != window_.end() && !block.parent.empty() && before->second != block.parent) {
    take_back_from(final_ ? *final_ + 1 : config_.start_height);
    if (!astray_) actions_.emplace_back(follow_from(next_));
    astray_ = true;
    return false;
  }
  return true;
}

void ChainFollower::on_block(const env::ChainBlock& block, Instant now) {
  if (!started_ || !expected(block)) return;
  astray_ = false;
  ++counters_.blocks;
  next_ = block.height.value + 1;
  remember_block(block.height.value, block.hash);
  std::uint32_t index = 0;
  for (const env::ChainEvent& event : block.events) take_event(event, block.height.value, index++);
  if (pass_until_ && next_ >= *pass_until_) {
    pass_until_.reset();
    last_reread_ = now;
  }
  pump(now);
}

void ChainFollower::take_event(const env::ChainEvent& event, std::uint64_t height, std::uint32_t index) {
  if (!readable(event)) {
    ++counters_.unreadable;
    return;
  }
  Transaction transaction;
  transaction.publisher = event.publisher;
  if (event.kind == env::ChainEvent::Kind::message) {
    if (!config_.message_events) return;
    transaction.from_contract = true;
    transaction.message_type = event.message_type;
    transaction.payload = event.payload;
  } else {
    if (!authorised(event.publisher)) {
      ++counters_.foreign;
      return;
    }
    auto payload = parse_payload(event.payload);
    if (!payload) {
      ++counters_.unreadable;
      return;
    }
    if (const auto* reference = std::get_if<ArchiveReference>(&*payload)) {
      transaction.archive = reference->archive;
    } else {
      transaction.payload = std::move(std::get<MessagesOnChain>(*payload).text);
    }
  }
  const Position position(height, index);
  // Taken when the block was read before; of what is not final seen_ knows better.
  if (is_final(height) && taken_until_ && position < *taken_until_) return;
  TransactionId id{event.time, height, index, event.transaction};
  const auto seen = seen_.find(height);
  if (queue_.contains(id) || (seen != seen_.end() && seen->second.contains({id.transaction, index}))) return;
  if (overflow_ || !make_room(transaction.bytes())) {
    ++counters_.put_off;
    if (!overflow_) left_since_overflow_ = queue_.empty();
    if (!overflow_ || position < *overflow_) overflow_ = position;
    return;
  }
  ++counters_.transactions;
  if (!is_final(height)) seen_[height].insert({id.transaction, index});
  add(std::move(id), std::move(transaction));
}

void ChainFollower::add(TransactionId id, Transaction transaction) {
  bytes_ += transaction.bytes();
  const bool waits = transaction.from_contract && config_.reorganisations == message::Behaviour::corrected;
  if (transaction.archive) {
    archives_[*transaction.archive].transactions.insert(id);
  } else if (waits && !is_final(id.height)) {
    transaction.phase = Phase::waiting_final;
    awaiting_final_.insert({id.height, id});
  } else {
    in_place_.insert(id);
  }
  queue_.emplace(std::move(id), std::move(transaction));
}

void ChainFollower::remove(Queue::iterator place) {
  const TransactionId& id = place->first;
  const Transaction& transaction = place->second;
  bytes_ -= transaction.bytes();
  if (transaction.phase == Phase::taking_in) {
    --(transaction.archive ? archives_busy_ : in_place_busy_);
  } else if (transaction.archive) {
    if (const auto archive = archives_.find(*transaction.archive); archive != archives_.end()) {
      archive->second.transactions.erase(id);
      // While a fetch is on its way its answer is awaited; the entry goes with it.
      if (archive->second.transactions.empty() && !archive->second.fetching) archives_.erase(archive);
    }
  }
  awaiting_final_.erase({id.height, id});
  in_place_.erase(id);
  queue_.erase(place);
  left_since_overflow_ = true;
}

bool ChainFollower::fresh(const Transaction& transaction) const {
  if (!transaction.archive || transaction.phase == Phase::taking_in) return true;
  return archives_.at(*transaction.archive).attempts < config_.limits.stale_after_attempts;
}

// Makes room for one more transaction, at the cost of the one whose archive was asked for most often in vain.
bool ChainFollower::make_room(std::size_t bytes) {
  while (queue_.size() >= config_.limits.transactions || (!queue_.empty() && bytes_ + bytes > config_.limits.bytes)) {
    const Archive* worst = nullptr;
    for (const auto& [hash, archive] : archives_) {
      if (archive.fetching || archive.transactions.empty() || archive.attempts < config_.limits.stale_after_attempts)
        continue;
      if (worst == nullptr || archive.attempts > worst->attempts) worst = &archive;
    }
    if (worst == nullptr) return false;
    const TransactionId victim = *worst->transactions.rbegin();
    ++counters_.put_off;
    if (!stale_from_ || victim.height < *stale_from_) stale_from_ = victim.height;
    if (const auto seen = seen_.find(victim.height); seen != seen_.end()) {
      seen->second.erase({victim.transaction, victim.index});
    }
    remove(queue_.find(victim));
  }
  return true;
}

// Forgets what blocks from this height on brought. What is done already is the business of take_back_from.
void ChainFollower::remove_from(std::uint64_t height) {
  for (auto it = queue_.begin(); it != queue_.end();) {
    const auto place = it++;
    if (place->first.height >= height) remove(place);
  }
  seen_.erase(seen_.lower_bound(height), seen_.end());
  window_.erase(window_.lower_bound(height), window_.end());
  // All of it is read again anyway.
  if (overflow_ && overflow_->first >= height) overflow_.reset();
  if (taken_until_ && taken_until_->first >= height) taken_until_.reset();
  if (stale_from_ && *stale_from_ >= height) stale_from_.reset();
  next_ = std::min(next_, height);
}

void ChainFollower::take_back_from(std::uint64_t height) {
  ++counters_.reorganisations;
  if (next_ > height) counters_.blocks_taken_back += next_ - height;
  if (config_.reorganisations == message::Behaviour::as_reference) {
    window_.erase(window_.lower_bound(height), window_.end());
    next_ = std::min(next_, height);
    return;
  }
  // Final blocks are not taken back, whatever is said; they are only read once more.
  const std::uint64_t lost = final_ ? std::max(height, *final_ + 1) : height;
  remove_from(lost);
  next_ = std::min(next_, height);
  actions_.emplace_back(TakeBack{lost});
}

void ChainFollower::on_reorg(env::Height kept, Instant now) {
  if (!started_ || kept.value > kHeightMax) return;
  astray_ = false;
  take_back_from(kept.value + 1);
  pump(now);
}

void ChainFollower::on_final(env::Height height, Instant now) {
  if (!started_ || is_final(height.value) || height.value > kHeightMax) return;
  final_ = height.value;
  // The hash of the final block itself stays: following starts above it.
  window_.erase(window_.begin(), window_.lower_bound(height.value));
  seen_.erase(seen_.begin(), seen_.upper_bound(height.value));
  while (!awaiting_final_.empty() && awaiting_final_.begin()->first <= height.value) {
    const TransactionId id = awaiting_final_.begin()->second;
    awaiting_final_.erase(awaiting_final_.begin());
    queue_.at(id).phase = Phase::ready;
    in_place_.insert(id);
  }
  actions_.emplace_back(MakeFinal{height.value});
  pump(now);
}

bool ChainFollower::stands(const TransactionId& id) const {
  const auto place = queue_.find(id);
  return place != queue_.end() && place->second.phase == Phase::taking_in;
}

std::vector<FollowAction> ChainFollower::take_actions() { return std::exchange(actions_, {}); }

}  // namespace lastmile::chain
