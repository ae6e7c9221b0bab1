// An upgrade with anybody: either side survives any bytes at any point of it, however they are cut, and comes up with
// nobody who has not proven a key.
#include <algorithm>

#include "core/base/check.hpp"
#include "real/p2p/wire/secure_channel.hpp"

namespace {

using namespace lastmile;
using namespace lastmile::p2p;

const PrivateKey& key(std::uint8_t number) {
  static const PrivateKey one = PrivateKey::from_ed25519_seed({1});
  static const PrivateKey two = PrivateKey::from_ed25519_seed({2});
  return number == 1 ? one : two;
}

NoiseHandshake::Keys keys(std::uint8_t number) {
  NoiseHandshake::Keys out{};
  out.static_private.fill(number);
  out.ephemeral_private.fill(static_cast<std::uint8_t>(number + 100));
  return out;
}

// A stranger's bytes after `turns` honest ones.
void run(ByteView bytes, int turns, SecureChannel::Role victim_role, bool early) {
  const bool dials = victim_role == SecureChannel::Role::dialer;
  const auto other_role = dials ? SecureChannel::Role::listener : SecureChannel::Role::dialer;
  SecureChannel victim(key(1), keys(1), {victim_role, {}, early});
  SecureChannel other(key(2), keys(2), {other_role, {}, early});
  Bytes ignored, plain;
  for (int i = 0; i < turns; ++i) {
    LM_CHECK(other.on_bytes(victim.take_output(), ignored).ok());
    LM_CHECK(victim.on_bytes(other.take_output(), plain).ok());
  }
  const bool was_up = victim.up();
  const std::size_t cut = bytes.empty() ? 1 : 1 + bytes[0];
  bool good = true;
  while (good && !bytes.empty()) {
    const ByteView piece = bytes.first(std::min(cut, bytes.size()));
    bytes = bytes.subspan(piece.size());
    good = victim.on_bytes(piece, plain).ok();
  }
  LM_CHECK(was_up || !victim.up());
  LM_CHECK(plain.empty());
  victim.take_output();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes = ByteView(data, size).subspan(1);
  const auto role = (data[0] & 1) != 0 ? SecureChannel::Role::dialer : SecureChannel::Role::listener;
  run(bytes, data[0] >> 2 & 3, role, (data[0] & 2) != 0);
  return 0;
}
