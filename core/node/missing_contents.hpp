// Contents and files that messages wait for. Each is looked for once, however many wait for it: on our own disk, then
// among the peers. What finds no place there, or is given up, is looked for again in turn, as long as the store says
// that somebody waits for it: nothing but what is being looked for is kept here (docs/decisions/0006).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "core/env/clock.hpp"
#include "core/env/disk.hpp"
#include "core/env/network.hpp"
#include "core/env/timers.hpp"
#include "core/gossip/content_rooms.hpp"
#include "core/message/item_hash.hpp"
#include "core/node/blob_reader.hpp"
#include "core/node/config.hpp"
#include "core/node/receipt.hpp"
#include "core/store/store.hpp"

namespace lastmile::node {

class ContentWaiter {
 public:
  virtual ~ContentWaiter() = default;
  // True: arrived() or unavailable() follows. False: there is no place for it in this room.
  virtual bool ask_peers(const message::ItemHash& content, std::optional<env::PeerId> hint, gossip::Room room) = 0;
  // `receipts`: of who waits for the message, known to the store, that has this content.
  virtual void content_found(const message::ItemHash& content, std::vector<ReceiptDone> receipts,
                             const env::Value& bytes, std::optional<env::PeerId> from) = 0;
  // for_room: it lost its place to others, and nothing is known about it. It is looked for again in either case.
  virtual void content_not_found(const message::ItemHash& content, std::vector<ReceiptDone> receipts,
                                 bool for_room) = 0;
  virtual void file_found(const store::Outcome& outcome) = 0;  // written, and those who waited judged
  virtual void missing_contents_damaged(const Error& error) = 0;
};

class MissingContents {
 public:
  MissingContents(env::Clock& clock, env::Timers& timers, env::Disk& disk, store::Store& store, BlobReader& blobs,
                  const NodeConfig& config, ContentWaiter& waiter);

  bool awaits(const message::ItemHash& content) const { return awaited_.contains(content); }
  // The content of an envelope that the store has taken without it. A copy joins those that wait already.
  void await(const message::ItemHash& content, std::optional<env::PeerId> hint, std::vector<ReceiptDone> receipts);
  void want_file(const message::ItemHash& file, std::optional<env::PeerId> hint);
  // Here by another way; who waited for the receipts of it.
  std::vector<ReceiptDone> take(const message::ItemHash& content);
  void file_at_hand(const message::ItemHash& file) { files_.erase(file); }

  // What became of what the peers were asked for. Of no effect when nothing waits for it.
  void arrived(const message::ItemHash& content, const env::Value& bytes, env::PeerId from);
  void unavailable(const message::ItemHash& content, bool for_room);

  void tick();  // now and then: begins to look for everything that is missing

  std::size_t size() const { return awaited_.size() + files_.size(); }

 private:
  bool look_for_content(const message::ItemHash& content, std::optional<env::PeerId> hint, gossip::Room room);
  bool look_for_file(const message::ItemHash& file, std::optional<env::PeerId> hint, gossip::Room room);
  bool read_own(const message::ItemHash& name, Callback<void(const env::Value&)> done);
  void write_file(const message::ItemHash& file, std::string_view bytes);
  void found(const message::ItemHash& content, const env::Value& bytes, std::optional<env::PeerId> from);
  void not_found(const message::ItemHash& content, bool for_room);
  void look();
  void look_soon();
  void look_after(Duration pause);
  bool look_for_contents_again();
  bool look_for_content_again(const message::ItemHash& message);
  bool look_for_files_again();
  template <class T>
  bool usable(const Result<T>& result);

  env::Clock& clock_;
  env::Timers& timers_;
  env::Disk& disk_;
  store::Store& store_;
  BlobReader& blobs_;
  const NodeConfig& config_;
  ContentWaiter& waiter_;

  std::map<message::ItemHash, std::vector<ReceiptDone>> awaited_;
  std::set<message::ItemHash> files_;  // being read, fetched or written
  std::size_t reading_ = 0;            // of our own disk
  // How far the turn through what the store says has come, and whether it goes on.
  std::optional<store::WaitingSince> content_turn_;
  std::optional<message::ItemHash> file_turn_;
  bool contents_go_on_ = false;
  bool files_go_on_ = false;
  env::TimerId look_timer_{};
  Instant look_at_{};
};

}  // namespace lastmile::node
