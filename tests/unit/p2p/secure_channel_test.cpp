#include <gtest/gtest.h>

#include "real/p2p/wire/limits.hpp"
#include "real/p2p/wire/secure_channel.hpp"

namespace lastmile::p2p {
namespace {

PrivateKey channel_key(std::uint8_t number) {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(number);
  return PrivateKey::from_ed25519_seed(seed);
}
NoiseHandshake::Keys channel_keys(std::uint8_t number) {
  NoiseHandshake::Keys out{};
  out.static_private.fill(number);
  out.ephemeral_private.fill(static_cast<std::uint8_t>(number + 100));
  return out;
}

// Both ends of a channel, joined by nothing but bytes.
struct ChannelPair {
  explicit ChannelPair(std::optional<PeerId> expected = {}, bool dialer_early = true, bool listener_early = true,
                       std::uint8_t listener_number = 2)
      : own(channel_key(1)),
        other(channel_key(listener_number)),
        dialer(own, channel_keys(1), {SecureChannel::Role::dialer, std::move(expected), dialer_early}),
        listener(other, channel_keys(2), {SecureChannel::Role::listener, {}, listener_early}) {}

  // Until neither has anything to say; each cut into pieces of `cut` bytes. The first error, or nothing.
  std::string run(std::size_t cut = 1000000) {
    for (bool busy = true; busy;) {
      busy = false;
      for (auto [from, to, plain] :
           {std::tuple{&dialer, &listener, &at_listener}, std::tuple{&listener, &dialer, &at_dialer}}) {
        const Bytes out = from->take_output();
        busy = busy || !out.empty();
        for (ByteView rest = out; !rest.empty();) {
          const ByteView piece = rest.first(std::min(cut, rest.size()));
          rest = rest.subspan(piece.size());
          if (auto taken = to->on_bytes(piece, *plain); !taken.ok()) return taken.error().text;
        }
      }
    }
    return "";
  }

  PrivateKey own, other;
  SecureChannel dialer, listener;
  Bytes at_dialer, at_listener;
};

TEST(SecureChannel, comes_up_and_carries_bytes_however_they_are_cut) {
  for (const std::size_t cut : {1u, 3u, 1000u}) {
    for (const bool early : {true, false}) {
      ChannelPair pair(channel_key(2).peer_id(), early);
      ASSERT_EQ(pair.run(cut), "");
      ASSERT_TRUE(pair.dialer.up() && pair.listener.up());
      EXPECT_EQ(pair.dialer.peer(), pair.other.peer_id());
      EXPECT_EQ(pair.listener.peer(), pair.own.peer_id());
      EXPECT_EQ(pair.dialer.muxer_was_early(), early);
      Bytes sealed;
      pair.dialer.seal(Bytes(kNoisePlaintextMax + 1, 'x'), sealed);  // two frames
      ASSERT_TRUE(pair.listener.on_bytes(sealed, pair.at_listener).ok());
      EXPECT_EQ(pair.at_listener, Bytes(kNoisePlaintextMax + 1, 'x'));
    }
  }
}

TEST(SecureChannel, if_one_side_offers_no_multiplexer_it_is_negotiated) {
  for (const bool dialer : {true, false}) {
    ChannelPair pair({}, dialer, !dialer);
    ASSERT_EQ(pair.run(), "");
    EXPECT_TRUE(pair.dialer.up() && pair.listener.up());
    EXPECT_FALSE(pair.dialer.muxer_was_early() || pair.listener.muxer_was_early());
  }
}

TEST(SecureChannel, somebody_else_than_expected_and_ourselves_are_refused) {
  ChannelPair stranger(channel_key(3).peer_id());
  EXPECT_NE(stranger.run().find(" is there, not "), std::string::npos);
  ChannelPair ourselves({}, true, true, 1);
  EXPECT_EQ(ourselves.run(), "noise: we are there ourselves");
}

TEST(SecureChannel, a_frame_that_is_too_short_to_be_one_ends_it) {
  for (const Bytes& frame : {Bytes{0, 0}, Bytes{0, 15, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}}) {
    ChannelPair pair;
    ASSERT_EQ(pair.run(), "");
    EXPECT_FALSE(pair.listener.on_bytes(frame, pair.at_listener).ok());
  }
}

TEST(SecureChannel, who_does_not_speak_noise_is_refused) {
  ChannelPair pair;
  Bytes answer;
  append_token(answer, kMultistreamName);
  append_token(answer, "na");
  EXPECT_FALSE(pair.dialer.on_bytes(answer, pair.at_dialer).ok());
}

}  // namespace
}  // namespace lastmile::p2p
