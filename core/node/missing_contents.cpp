#include "core/node/missing_contents.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace lastmile::node {

using gossip::Room;

MissingContents::MissingContents(env::Clock& clock, env::Timers& timers, env::Disk& disk, store::Store& store,
                                 BlobReader& blobs, const NodeConfig& config, ContentWaiter& waiter)
    : clock_(clock), timers_(timers), disk_(disk), store_(store), blobs_(blobs), config_(config), waiter_(waiter) {}

template <class T>
bool MissingContents::usable(const Result<T>& result) {
  if (result.ok()) return true;
  waiter_.missing_contents_damaged(result.error());
  return false;
}

// --- what messages ask for

void MissingContents::await(const message::ItemHash& content, std::optional<env::PeerId> hint,
                            std::vector<ReceiptDone> receipts) {
  const auto [entry, is_new] = awaited_.try_emplace(content);
  std::ranges::move(receipts, std::back_inserter(entry->second));
  if (is_new) {
    if (!look_for_content(content, hint, Room::contents)) not_found(content, true);
  } else if (hint) {
    waiter_.ask_peers(content, hint, Room::contents);  // this one probably has it
  }
}

void MissingContents::want_file(const message::ItemHash& file, std::optional<env::PeerId> hint) {
  look_for_file(file, hint, Room::contents);
}

std::vector<ReceiptDone> MissingContents::take(const message::ItemHash& content) {
  auto node = awaited_.extract(content);
  return node.empty() ? std::vector<ReceiptDone>{} : std::move(node.mapped());
}

// --- our own disk, then the peers

bool MissingContents::look_for_content(const message::ItemHash& content, std::optional<env::PeerId> hint, Room room) {
  const auto at_hand = store_.file_bytes(content);  // somebody's file
  if (!usable(at_hand)) return false;
  if (!*at_hand) return waiter_.ask_peers(content, hint, room);
  return read_own(content, [this, content, hint, room](const env::Value& bytes) {
    if (bytes != nullptr) {
      found(content, bytes, std::nullopt);
    } else if (awaits(content) && !waiter_.ask_peers(content, hint, room)) {
      not_found(content, true);
    }
  });
}

// It may be the content of a message, or a crash left it written and not noted.
bool MissingContents::look_for_file(const message::ItemHash& file, std::optional<env::PeerId> hint, Room room) {
  if (files_.contains(file)) return true;
  const auto kept = store_.content(file);
  if (!usable(kept)) return false;
  if (const auto& content = *kept) {
    files_.insert(file);
    write_file(file, *content);
    return true;
  }
  const auto read = [this, file, hint, room](const env::Value& bytes) {
    if (!files_.contains(file)) return;
    if (bytes != nullptr) {
      write_file(file, *bytes);
    } else if (!waiter_.ask_peers(file, hint, room)) {
      not_found(file, true);
    }
  };
  const bool looked = disk_.blob_size(file.text()) ? read_own(file, read) : waiter_.ask_peers(file, hint, room);
  if (looked) files_.insert(file);
  return looked;
}

// False: too many are being read.
bool MissingContents::read_own(const message::ItemHash& name, Callback<void(const env::Value&)> done) {
  if (reading_ >= config_.limits.blob_reads) return false;
  ++reading_;
  blobs_.read(name, [this, done = std::move(done)](const env::Value& bytes) mutable {
    --reading_;
    done(bytes);
    look_soon();
  });
  return true;
}

void MissingContents::write_file(const message::ItemHash& file, std::string_view bytes) {
  auto put = store_.put_file(file, to_bytes(bytes), store::Store::Keep::grace, clock_.wall(),
                             [this, file](const Result<store::Store::Written>& written) {
                               if (!usable(written)) return;
                               files_.erase(file);
                               if (*written) waiter_.file_found(**written);
                             });
  usable(put);
}

// --- what became of it

void MissingContents::arrived(const message::ItemHash& content, const env::Value& bytes, env::PeerId from) {
  if (files_.contains(content)) write_file(content, *bytes);
  found(content, bytes, from);
  look_soon();
}

void MissingContents::unavailable(const message::ItemHash& content, bool for_room) { not_found(content, for_room); }

void MissingContents::found(const message::ItemHash& content, const env::Value& bytes,
                            std::optional<env::PeerId> from) {
  auto node = awaited_.extract(content);
  if (!node.empty()) waiter_.content_found(content, std::move(node.mapped()), bytes, from);
}

void MissingContents::not_found(const message::ItemHash& content, bool for_room) {
  files_.erase(content);
  auto node = awaited_.extract(content);
  if (!node.empty()) waiter_.content_not_found(content, std::move(node.mapped()), for_room);
}

// --- in turn

void MissingContents::tick() {
  contents_go_on_ = files_go_on_ = true;
  if (look_timer_.value == 0) look();
}

// What finds no place has to wait until another one's turn is over: looked at again after a pause, or when something
// came. Not when something was given up, or names that nobody has would keep the node busy with each other.
void MissingContents::look() {
  if (contents_go_on_) contents_go_on_ = !look_for_contents_again();
  if (files_go_on_) files_go_on_ = !look_for_files_again();
  if (contents_go_on_ || files_go_on_) look_after(config_.intervals.fetch_look);
}

// For what takes the place of what came. A look reads a page of the store, so not after each of many.
void MissingContents::look_soon() {
  constexpr int kLooksPerPause = 10;
  if (contents_go_on_ || files_go_on_) look_after(config_.intervals.fetch_look / kLooksPerPause);
}

void MissingContents::look_after(Duration pause) {
  const Instant at = clock_.now() + pause;
  if (look_timer_.value != 0) {
    if (look_at_ <= at) return;
    timers_.cancel(look_timer_);
  }
  look_at_ = at;
  look_timer_ = timers_.after(pause, [this] {
    look_timer_ = {};
    look();
  });
}

// True: the turn is over.
bool MissingContents::look_for_contents_again() {
  const auto page = store_.waiting_for_content(content_turn_, config_.limits.fetch_look_at);
  if (!usable(page)) return true;
  for (const store::WaitingSince& waiting : page->found) {
    if (!look_for_content_again(waiting.hash)) return false;
    content_turn_ = waiting;
  }
  content_turn_ = page->next;
  return !content_turn_;
}

// False: no place for it.
bool MissingContents::look_for_content_again(const message::ItemHash& message) {
  if (awaits(message)) return true;
  const auto envelope = store_.envelope_for_peer(message);
  if (!usable(envelope)) return true;
  if (*envelope == nullptr || (*envelope)->is_tombstone()) return true;  // it waits for a FORGET
  awaited_.try_emplace(message);
  if (look_for_content(message, std::nullopt, Room::contents_again)) return true;
  awaited_.erase(message);
  return false;
}

bool MissingContents::look_for_files_again() {
  const std::size_t limit = config_.limits.fetch_look_at;
  const auto page = store_.wanted_files(file_turn_, limit);
  if (!usable(page)) return true;
  for (const message::ItemHash& file : *page) {
    if (!look_for_file(file, std::nullopt, Room::files_again)) return false;
    file_turn_ = file;
  }
  if (page->size() == limit) return false;
  file_turn_.reset();
  return true;
}

}  // namespace lastmile::node
