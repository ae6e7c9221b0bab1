// What peers say, in any order, to who serves and who asks: limits hold, and nothing is handed on that was not wanted.
#include "core/base/check.hpp"
#include "core/ipfs/bitswap_client.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile;
  using namespace lastmile::ipfs::bitswap;
  constexpr std::size_t kPeers = 4, kHead = 3;
  Server server;
  Client client;
  Instant now;
  const SessionId session = client.open(now);
  std::set<Bytes> wanted;
  const Bytes block = {'b'};
  for (Peer peer = 0; peer < kPeers; ++peer) client.on_connected(peer);
  while (size > kHead) {
    const std::uint8_t what = data[0];
    const Peer peer = data[1] % kPeers;
    const std::size_t length = std::min<std::size_t>(data[2], size - kHead);
    const auto message = decode({data + kHead, length});
    data += kHead + length;
    size -= kHead + length;
    if ((what & 1) != 0) now = now + seconds(what >> 4);
    if ((what & 6) == 6) {
      client.on_lost(peer);
      server.on_lost(peer);
      client.on_connected(peer);
    }
    if (!message) continue;
    for (const Want& want : message->wants) {  // what a peer wants, we may want as well
      if ((what & 8) == 0 || wanted.size() >= ClientLimits{}.wants_per_session) continue;
      const auto hash = want.cid.multihash();
      wanted.emplace(hash.begin(), hash.end());
      client.want(session, want.cid, now);
    }
    server.on_message(peer, *message, now);
    LM_CHECK(server.wants(peer) <= ServerLimits{}.wants_per_peer);
    client.on_presences(peer, message->presences, now);
    for (const Block& each : message->blocks) {
      const auto cid = cid_of(each);
      if (!cid || client.expected(peer) == 0) continue;
      const auto hash = cid->multihash();
      if (!client.on_block(peer, *cid, each.data.size(), now).empty()) {
        LM_CHECK(wanted.erase(Bytes(hash.begin(), hash.end())) == 1);
      }
    }
    client.tick(now);
    while (const auto lookup = server.next([](Peer) { return std::size_t{0}; })) {
      if ((what & 16) != 0) {
        server.answer_absent(*lookup);
      } else {
        server.answer_have(*lookup, &block, now);
      }
    }
    server.take_output();
    client.take_output();
  }
  client.close(session);
  LM_CHECK(!client.next_tick());
  return 0;
}
