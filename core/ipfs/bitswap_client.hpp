// Which blocks are asked of which peer (ipfs.md 12): sessions that want blocks, and the peers that may have them. No
// sockets, no clock of its own; blocks come hashed, so that nothing but what was wanted is ever handed on.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/base/time.hpp"
#include "core/ipfs/bitswap_server.hpp"

namespace lastmile::ipfs::bitswap {

struct ClientLimits {
  std::size_t wants_per_session = 1024;  // ipfs.md 14; want() beyond is a mistake of the owner
  std::size_t blocks_per_peer = 64;      // asked of one peer and not here yet
  Duration block_timeout = seconds(5);   // without a block from the peer: another one is asked
  Duration round_pause = seconds(10);    // when no peer has a block, until all are asked again
  std::size_t strikes_max = 16;          // blocks that nobody asked for; then the peer is asked nothing any more
  std::size_t recent_max = 4096;         // blocks that came: when they come once more that is nobody's fault
};

using SessionId = std::uint64_t;

class Client {
 public:
  explicit Client(ClientLimits limits = {}) : limits_(limits) {}

  struct Figures {
    std::uint64_t blocks = 0, block_bytes = 0;
    std::uint64_t unasked = 0;   // blocks that no session wanted: dropped
    std::uint64_t timeouts = 0;  // wants that went to another peer for that
  };

  // A peer that speaks the protocol.
  void on_connected(Peer peer);
  void on_lost(Peer peer);
  std::size_t peers() const { return peers_.size(); }

  SessionId open(Instant now);
  void close(SessionId session);  // what only it wanted is cancelled
  // Each block once per session, until it came.
  void want(SessionId session, const crypto::Cid& cid, Instant now);
  // When the session last had a block, or was opened.
  Instant progress(SessionId session) const;

  // Presences of a message.
  void on_presences(Peer from, const std::vector<BlockPresence>& presences, Instant now);
  // How many blocks may come from this peer and are worth hashing.
  std::size_t expected(Peer from) const;
  // Blocks that came and are not even hashed.
  void on_unasked(Peer from, std::size_t count);
  // The sessions that get it: none when nobody wants it. cid: computed from the bytes.
  std::vector<SessionId> on_block(Peer from, const crypto::Cid& cid, std::size_t bytes, Instant now);

  void tick(Instant now);
  std::optional<Instant> next_tick() const;  // empty: nothing is wanted
  std::vector<std::pair<Peer, Message>> take_output();
  const Figures& figures() const { return figures_; }

 private:
  struct Asked {
    crypto::Cid cid;
    std::set<SessionId> sessions;
    std::optional<Peer> from;  // asked for the block
    Instant since;             // then, or when the round ended without anybody
    std::set<Peer> have;       // said so and were not asked in vain
    std::set<Peer> told;       // know that we want it
    std::set<Peer> without;    // said so, or were too slow
  };
  struct PeerState {
    std::size_t blocks = 0;  // asked of it
    std::size_t strikes = 0;
    Instant last_block;
    Message out;
  };
  struct Session {
    Instant progress;
    std::set<Bytes> wants;
    std::set<Peer> holders;  // gave blocks, or have some
  };

  bool usable(Peer peer) const;
  void ask(const Bytes& key, Asked& asked, Instant now);
  void ask_block(Asked& asked, Peer peer, Instant now);
  void ask_presence(Asked& asked, Peer peer);
  void unassign(Asked& asked, bool in_vain);
  void drop(std::map<Bytes, Asked>::iterator at, std::optional<Peer> but);
  std::optional<Peer> best(const Asked& asked) const;
  void ask_those_without_peer(Instant now);

  ClientLimits limits_;
  std::map<Peer, PeerState> peers_;
  std::map<SessionId, Session> sessions_;
  std::map<Bytes, Asked> wants_;  // by multihash
  std::set<Bytes> recent_;
  std::deque<Bytes> recent_order_;
  SessionId last_session_ = 0;
  Figures figures_;
};

}  // namespace lastmile::ipfs::bitswap
