#include "core/ipfs/bitswap_server.hpp"

#include <algorithm>

namespace lastmile::ipfs::bitswap {
namespace {

constexpr std::size_t kMessageFull = 512 * 1024;  // block bytes after which a message is sent

Bytes multihash_of(const crypto::Cid& cid) { return {cid.multihash().begin(), cid.multihash().end()}; }

}  // namespace

void Server::on_message(Peer from, const Message& message, Instant now) {
  if (message.wants.empty() && !message.full) return;
  Ledger& ledger = ledgers_[from];
  if (message.full) {
    // What is being looked up stays until its answer comes, so that lookups are counted right.
    std::erase_if(ledger.wants, [](const auto& each) { return each.second.state != Wanted::State::looked_up; });
    ledger.queue.clear();
  }
  for (const Want& want : message.wants) take_want(ledger, want, now);
}

void Server::set_state(Ledger& ledger, const Bytes& key, Wanted& wanted, Wanted::State state) {
  const std::pair<std::int64_t, Bytes> place{-std::int64_t{wanted.want.priority}, key};
  if (wanted.state == Wanted::State::queued) ledger.queue.erase(place);
  if (state == Wanted::State::queued) ledger.queue.insert(place);
  wanted.state = state;
}

void Server::forget(Ledger& ledger, const Bytes& key) {
  const auto found = ledger.wants.find(key);
  if (found == ledger.wants.end()) return;
  set_state(ledger, key, found->second, Wanted::State::waiting);
  ledger.wants.erase(found);
}

void Server::take_want(Ledger& ledger, const Want& want, Instant now) {
  const Bytes key = multihash_of(want.cid);
  const auto known = ledger.wants.find(key);
  if (want.cancel) {
    if (known != ledger.wants.end() && known->second.state != Wanted::State::looked_up) forget(ledger, key);
    return;
  }
  ++figures_.wants;
  if (known != ledger.wants.end()) {
    if (known->second.state == Wanted::State::looked_up) return;
    // A want-have that comes behind a want for the block takes nothing back.
    const bool block_wanted = known->second.want.type == WantType::block || want.type == WantType::block;
    set_state(ledger, key, known->second, Wanted::State::waiting);
    known->second.want = want;
    if (block_wanted) known->second.want.type = WantType::block;
    return set_state(ledger, key, known->second, Wanted::State::queued);
  }
  const auto sent = ledger.sent.find(key);
  const bool too_soon =
      want.type == WantType::block && sent != ledger.sent.end() && now - sent->second < limits_.resend_pause;
  if (too_soon || ledger.wants.size() >= limits_.wants_per_peer) {
    ++figures_.wants_refused;
    return;
  }
  set_state(ledger, key, ledger.wants.emplace(key, Wanted{want}).first->second, Wanted::State::queued);
}

void Server::on_block(const crypto::Cid& cid) {
  const Bytes key = multihash_of(cid);
  for (auto& [peer, ledger] : ledgers_) {
    const auto found = ledger.wants.find(key);
    if (found != ledger.wants.end() && found->second.state == Wanted::State::waiting)
      set_state(ledger, key, found->second, Wanted::State::queued);
  }
}

void Server::look_again() {
  for (auto& [peer, ledger] : ledgers_) {
    for (auto& [key, wanted] : ledger.wants) {
      if (wanted.state == Wanted::State::waiting) set_state(ledger, key, wanted, Wanted::State::queued);
    }
  }
}

bool Server::has_queued() const {
  return std::ranges::any_of(ledgers_, [](const auto& each) { return !each.second.queue.empty(); });
}

std::optional<Server::Lookup> Server::next(const QueuedBytes& queued) {
  Ledger* best = nullptr;
  Peer peer = 0;
  for (auto& [id, ledger] : ledgers_) {
    if (ledger.queue.empty() || ledger.lookups >= limits_.lookups_per_peer) continue;
    if (best != nullptr && best->sent_bytes <= ledger.sent_bytes) continue;
    if (queued(id) + ledger.out_bytes > limits_.queued_bytes_per_peer) continue;
    best = &ledger;
    peer = id;
  }
  if (best == nullptr) return std::nullopt;
  ++best->lookups;
  const Bytes key = best->queue.begin()->second;
  Wanted& wanted = best->wants.at(key);
  set_state(*best, key, wanted, Wanted::State::looked_up);
  return Lookup{peer, wanted.want.cid, wanted.want.type == WantType::have};
}

Server::Wanted* Server::looked_up(const Lookup& lookup, Ledger*& ledger) {
  const auto of_peer = ledgers_.find(lookup.peer);
  if (of_peer == ledgers_.end()) return nullptr;
  const auto found = of_peer->second.wants.find(multihash_of(lookup.cid));
  // Of a peer that was lost and came back since, this is nothing any more.
  if (found == of_peer->second.wants.end() || found->second.state != Wanted::State::looked_up) return nullptr;
  ledger = &of_peer->second;
  --ledger->lookups;
  return &found->second;
}

void Server::answer_have(const Lookup& lookup, const Bytes* block, Instant now) {
  Ledger* ledger = nullptr;
  const Wanted* const wanted = looked_up(lookup, ledger);
  if (wanted == nullptr) return;
  const Bytes key = multihash_of(lookup.cid);
  if (block != nullptr && (!lookup.only_presence || block->size() <= limits_.inline_block_bytes)) {
    ledger->out.blocks.push_back({prefix_of(wanted->want.cid), *block});
    ledger->out_bytes += block->size();
    ++figures_.blocks;
    figures_.block_bytes += block->size();
    note_sent(*ledger, key, block->size(), now);
    if (ledger->out_bytes >= kMessageFull) {
      full_.emplace_back(lookup.peer, std::exchange(ledger->out, {}));
      ledger->out_bytes = 0;
    }
  } else {
    ledger->out.presences.push_back({wanted->want.cid, Presence::have});
  }
  forget(*ledger, key);
}

void Server::answer_absent(const Lookup& lookup) {
  Ledger* ledger = nullptr;
  Wanted* const wanted = looked_up(lookup, ledger);
  if (wanted == nullptr) return;
  ++figures_.absent;
  if (!wanted->want.send_do_not_have) {
    return set_state(*ledger, multihash_of(lookup.cid), *wanted, Wanted::State::waiting);
  }
  ledger->out.presences.push_back({wanted->want.cid, Presence::do_not_have});
  forget(*ledger, multihash_of(lookup.cid));
}

void Server::note_sent(Ledger& ledger, const Bytes& key, std::size_t bytes, Instant now) {
  ledger.sent_bytes += bytes;
  const auto [place, is_new] = ledger.sent.insert_or_assign(key, now);
  if (is_new) ledger.sent_order.push_back(key);
  while (ledger.sent_order.size() > limits_.recently_sent_per_peer) {
    ledger.sent.erase(ledger.sent_order.front());
    ledger.sent_order.pop_front();
  }
}

std::vector<std::pair<Peer, Message>> Server::take_output() {
  auto out = std::exchange(full_, {});
  for (auto& [peer, ledger] : ledgers_) {
    if (ledger.out.blocks.empty() && ledger.out.presences.empty()) continue;
    out.emplace_back(peer, std::exchange(ledger.out, {}));
    ledger.out_bytes = 0;
  }
  return out;
}

std::size_t Server::wants(Peer peer) const {
  const auto found = ledgers_.find(peer);
  return found == ledgers_.end() ? 0 : found->second.wants.size();
}

}  // namespace lastmile::ipfs::bitswap
