// Multiaddrs and peer ids, binary and text, as anybody may send them: refused, or printed and read back equal.
#include "core/base/check.hpp"
#include "real/p2p/wire/limits.hpp"
#include "real/p2p/wire/multiaddr.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile;
  using namespace lastmile::p2p;
  const ByteView bytes(data, size);
  const auto check = [](const Multiaddr& address) {
    LM_CHECK(address.bytes().size() <= kMultiaddrBytesMax);
    const auto again = Multiaddr::parse_bytes(address.bytes());
    LM_CHECK(again.has_value() && *again == address);
    const auto text = Multiaddr::parse(address.text());
    LM_CHECK(text.ok() && *text == address);
    LM_CHECK(address.without_peer().with_peer(PeerId::of_key(Bytes(36))).peer().has_value());
    (void)dial_target(address);
  };
  if (const auto address = Multiaddr::parse_bytes(bytes)) check(*address);
  if (const auto address = Multiaddr::parse(as_text(bytes)); address.ok()) check(*address);
  if (const auto peer = PeerId::parse(as_text(bytes))) LM_CHECK(PeerId::parse(peer->text()) == peer);
  if (const auto peer = PeerId::parse_bytes(bytes)) LM_CHECK(PeerId::parse(peer->text()) == peer);
  return 0;
}
