// What peers want of us, and who is answered next (ipfs.md 12): a ledger for each peer, without sockets, blocks or a
// clock. Whoever owns it looks blocks up, and says which may be served.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/base/time.hpp"
#include "core/ipfs/bitswap.hpp"
#include "core/ipfs/limits.hpp"

namespace lastmile::ipfs::bitswap {

using Peer = std::uint32_t;  // as the owner numbers them

struct ServerLimits {
  std::size_t wants_per_peer = kWantsPerPeerMax;    // remembered; above it new ones are not taken
  std::size_t lookups_per_peer = 4;                 // given out and not answered
  std::size_t queued_bytes_per_peer = 1024 * 1024;  // not yet taken by the network; above it the peer has to read
  std::size_t inline_block_bytes = 1024;            // so small a block is sent to who only asks whether we have it
  Duration resend_pause = seconds(5);               // the same block to the same peer
  std::size_t recently_sent_per_peer = 4096;        // remembered for that; the oldest is forgotten first
};

class Server {
 public:
  explicit Server(ServerLimits limits = {}) : limits_(limits) {}

  struct Figures {
    std::uint64_t blocks = 0, block_bytes = 0;
    std::uint64_t wants = 0, wants_refused = 0;  // refused: for wants_per_peer, or asked again too soon
    std::uint64_t absent = 0;                    // lookups that found nothing
  };

  void on_message(Peer from, const Message& message, Instant now);
  void on_lost(Peer peer) { ledgers_.erase(peer); }
  // Blocks are here that were not: this one, or any; what peers wait for is looked up again.
  void on_block(const crypto::Cid& cid);
  void look_again();

  // A want whose block is to be looked up, to be followed by one call of answer(). Of peers with room the one that was
  // sent the least; of its wants the most urgent. Empty when there is nothing to do, or nobody has room.
  // queued: bytes on their way to a peer, beside what this holds.
  struct Lookup {
    Peer peer = 0;
    crypto::Cid cid;
    bool only_presence = false;  // of a block above inline_block_bytes nothing but its size is needed
  };
  using QueuedBytes = std::function<std::size_t(Peer)>;
  std::optional<Lookup> next(const QueuedBytes& queued);
  // What was found. block: whole, checked by the caller; null: it is here, and only its presence is told.
  void answer_have(const Lookup& lookup, const Bytes* block, Instant now);
  void answer_absent(const Lookup& lookup);

  // Messages to be sent now.
  std::vector<std::pair<Peer, Message>> take_output();

  bool has_queued() const;  // wants that next() may give out, now or when their peer has room
  std::size_t wants(Peer peer) const;
  const Figures& figures() const { return figures_; }

 private:
  struct Wanted {
    Want want;
    enum class State : std::uint8_t { queued, looked_up, waiting } state = State::waiting;
  };
  struct Ledger {
    std::map<Bytes, Wanted> wants;                   // by multihash
    std::set<std::pair<std::int64_t, Bytes>> queue;  // of those that are queued: urgency, negative, and multihash
    std::map<Bytes, Instant> sent;                   // by multihash, when
    std::deque<Bytes> sent_order;                    // of `sent`
    std::uint64_t sent_bytes = 0;
    std::size_t lookups = 0;
    Message out;
    std::size_t out_bytes = 0;
  };
  static void set_state(Ledger& ledger, const Bytes& key, Wanted& wanted, Wanted::State state);
  static void forget(Ledger& ledger, const Bytes& key);
  void take_want(Ledger& ledger, const Want& want, Instant now);
  void note_sent(Ledger& ledger, const Bytes& key, std::size_t bytes, Instant now);
  Wanted* looked_up(const Lookup& lookup, Ledger*& ledger);

  ServerLimits limits_;
  std::map<Peer, Ledger> ledgers_;
  std::vector<std::pair<Peer, Message>> full_;  // messages that are large enough
  Figures figures_;
};

}  // namespace lastmile::ipfs::bitswap
