#include "scenarios/engine/watch/ledger.hpp"

#include <algorithm>
#include <cstring>

#include "core/base/check.hpp"

namespace lastmile::scenario {

using message::Status;

std::size_t Ledger::TextHash::operator()(std::string_view text) const noexcept {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  if (text.size() >= 32) {
    std::memcpy(&a, text.data() + 16, sizeof a);
    std::memcpy(&b, text.data() + 24, sizeof b);
  } else {
    std::memcpy(&a, text.data(), std::min(text.size(), sizeof a));
  }
  return static_cast<std::size_t>((a * 0x9e3779b97f4a7c15ULL) ^ (b * 0xc2b2ae3d27d4eb4fULL >> 7));
}

Ledger::Ledger(const NodeTable& nodes, const WorldView& view)
    : table_(nodes),
      view_(view),
      up_(nodes.size(), true),
      damaged_(nodes.size()),
      honest_(nodes.size()),
      core_(nodes.size()),
      processed_by_(nodes.size()) {
  for (Node node = 0; node < nodes.size(); ++node) {
    honest_[node] = view.honest(node);
    core_[node] = nodes[node].role == Role::core;
    if (!honest_[node]) ++adversaries_;
    if (honest_[node] && core_[node]) ++honest_core_;
    if (honest_[node] && nodes[node].light) ++light_;
  }
  targets_ = honest_core_;
  states_ = honest_core_ - light_;
}

MessageId Ledger::find(std::string_view hash) const {
  const auto found = index_.find(hash);
  return found == index_.end() ? kNoMessage : found->second;
}

MessageId Ledger::add(const message::ItemHash& hash) {
  if (const MessageId there = find(hash.view()); there != kNoMessage) return there;
  const auto id = static_cast<MessageId>(messages_.size());
  messages_.emplace_back().hash = hash;
  rows_.emplace_back((up_.size() + 1) / 2);
  index_.emplace(messages_.back().hash.view(), id);
  return id;
}

MessageId Ledger::of_number(std::uint64_t number) const {
  return number < by_number_.size() ? by_number_[static_cast<std::size_t>(number)] : kNoMessage;
}

void Ledger::publication(const Publication& publication) {
  const MessageId id = add(publication.item_hash);
  MessageRecord& message = messages_[id];
  message.published = publication.time;
  message.entry = publication.node;
  message.type = publication.type;
  message.signed_by = {publication.sender, publication.signature};
  message.from_traffic = true;
  for (const Upload& upload : publication.uploads) message.uploads.push_back(upload.hash);
  for (const std::uint64_t number : publication.needs) {
    if (const MessageId needed = of_number(number); needed != kNoMessage) message.needs.push_back(needed);
  }
  LM_CHECK(publication.number == by_number_.size());
  by_number_.push_back(id);
}

void Ledger::not_taken(std::uint64_t number) {
  const MessageId id = of_number(number);
  LM_CHECK(id != kNoMessage);
  messages_[id].not_taken = true;
}

bool Ledger::done(const MessageRecord& message, Status status) {
  switch (message.expected) {
    case Expected::refused:  // who was never told of it, as it travels no further, has nothing to refuse
      return status == Status::rejected || status == Status::none;
    case Expected::hanging:
      return status == Status::rejected || status == Status::none || status == Status::pending;
    case Expected::applied:
    case Expected::open:
      break;
  }
  return is_settled(status);
}

void Ledger::expect(MessageId id, Expected expected, Instant now) {
  MessageRecord& message = messages_[id];
  if (message.expected == expected) return;
  const auto must_not = [](Expected e) { return e == Expected::refused || e == Expected::hanging; };
  if (must_not(message.expected)) --refused_;
  if (must_not(expected)) ++refused_;
  message.expected = expected;
  message.expected_since = now;
  message.settled_on_targets = 0;
  for (Node node = 0; node < nodes(); ++node) message.settled_on_targets += target(node) && is_done(id, node) ? 1U : 0U;
  ++generation_;
}

void Ledger::set_nibble(MessageId id, Node node, std::uint8_t value) {
  std::uint8_t& both = rows_[id][node / 2];
  const unsigned shift = node % 2 * 4;
  both = static_cast<std::uint8_t>((both & ~(15U << shift)) | (static_cast<unsigned>(value) << shift));
}

void Ledger::set_status(MessageId id, Node node, Status status) {
  const std::uint8_t before = nibble(id, node);
  const auto old = static_cast<Status>(before & 7);
  if (old == status) return;
  set_nibble(id, node, static_cast<std::uint8_t>((before & 8) | static_cast<std::uint8_t>(status)));
  MessageRecord& message = messages_[id];
  const auto count = [](bool was, bool is, auto& counter) {
    if (was != is) counter += is ? 1 : -1;
  };
  const auto applied = [](Status s) { return s == Status::processed || s == Status::removing; };
  const auto gone = [](Status s) { return s == Status::forgotten || s == Status::removed; };
  count(old != Status::none, status != Status::none, message.held_by);
  count(gone(old), gone(status), message.forgotten_on);
  if (target(node)) count(done(message, old), done(message, status), message.settled_on_targets);
  // A forgotten message was applied as far as progress is concerned.
  if (message.from_traffic) count(applied(old) || gone(old), applied(status) || gone(status), processed_by_[node]);
}

bool Ledger::mark_processed_once(MessageId id, Node node) {
  const std::uint8_t before = nibble(id, node);
  if ((before & 8) != 0) return false;
  set_nibble(id, node, static_cast<std::uint8_t>(before | 8));
  ++messages_[id].first_processings;
  return true;
}

void Ledger::change_target(Node node, bool is) {
  targets_ += is ? 1U : ~0U;
  if (!table_[node].light) states_ += is ? 1U : ~0U;
  for (MessageId id = 0; id < messages_.size(); ++id) {
    if (is_done(id, node)) messages_[id].settled_on_targets += is ? 1U : ~0U;
  }
}

void Ledger::down(Node node, bool lost) {
  ++generation_;
  if (target(node)) change_target(node, false);
  up_[node] = false;
  if (!lost) return;
  for (MessageId id = 0; id < messages_.size(); ++id) {
    std::erase(messages_[id].acknowledged_by, node);
    if (status(id, node) == Status::none) continue;
    messages_[id].lost_holder = true;
    if (is_settled(status(id, node))) messages_[id].lost_applied = true;
    set_status(id, node, Status::none);
  }
}

void Ledger::up(Node node) {
  if (up_[node]) return;
  ++generation_;
  for (MessageId id = 0; id < messages_.size(); ++id) {
    if (status(id, node) == Status::none) continue;
    // What a torn disk lost; what the node says now is the truth.
    const Status now = view_.status(node, messages_[id].hash);
    if (now == Status::none) messages_[id].lost_holder = true;
    if (is_settled(status(id, node)) && !is_settled(now)) messages_[id].lost_applied = true;
    set_status(id, node, now);
  }
  up_[node] = true;
  if (honest_[node] && core_[node]) change_target(node, true);
}

bool Ledger::settled_somewhere(MessageId id) const {
  for (Node node = 0; node < nodes(); ++node) {
    if (is_settled(status(id, node))) return true;
  }
  return false;
}

Excuse Ledger::excuse(MessageId id, const std::vector<Excuse>& earlier) const {
  const MessageRecord& message = messages_[id];
  if (message.not_taken && !message.acknowledged) return Excuse::not_taken;
  if (message.held_by == 0 && message.lost_holder) return Excuse::lost;
  if (!message.uploads.empty() && message.lost_applied && !settled_somewhere(id)) return Excuse::content_lost;
  // Publications come in order, so what a message needs was decided before.
  Excuse found = Excuse::none;
  for (const MessageId needed : message.needs) {
    const Excuse theirs = needed < id ? earlier[needed] : Excuse::none;
    if (theirs == Excuse::lost || theirs == Excuse::content_lost || theirs == Excuse::built_on_lost)
      return Excuse::built_on_lost;
    if (theirs != Excuse::none) found = Excuse::built_on;
  }
  return found == Excuse::none && message.expected == Expected::open ? Excuse::open : found;
}

bool Ledger::recoverable(MessageId id, Excuse excuse) const {
  const MessageRecord& message = messages_[id];
  if (excuse == Excuse::lost) return view_.archived_on_some_disk(message.hash);
  return excuse == Excuse::content_lost &&
         std::all_of(message.uploads.begin(), message.uploads.end(),
                     [this](const message::ItemHash& upload) { return view_.bytes_on_some_disk(upload); });
}

std::vector<Excuse> Ledger::excuses() const {
  std::vector<Excuse> all;
  all.reserve(messages_.size());
  for (MessageId id = 0; id < messages_.size(); ++id) all.push_back(excuse(id, all));
  return all;
}

}  // namespace lastmile::scenario
