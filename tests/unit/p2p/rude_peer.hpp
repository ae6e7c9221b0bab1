// A peer that proves who it is and then does what it likes: the channel of a dialer over a raw socket.
#pragma once

#include "real/p2p/wire/multistream.hpp"
#include "real/p2p/wire/secure_channel.hpp"
#include "real/p2p/wire/yamux_frame.hpp"
#include "tests/unit/p2p/pair_world.hpp"

namespace lastmile::p2p {

class RudePeer {
 public:
  RudePeer(const Party& to, std::uint8_t number)
      : socket_(to), key_(key_of(number)), channel_(*key_, fresh(number), {SecureChannel::Role::dialer, {}, true}) {}

  // What it can do without waiting; true once it is connected.
  bool step() {
    socket_.send(channel_.take_output());
    Bytes plain;
    const Bytes got = socket_.receive();
    EXPECT_TRUE(channel_.on_bytes(got, plain).ok());
    socket_.send(channel_.take_output());
    append(heard, plain);
    return channel_.up();
  }
  void say(ByteView plain) {
    Bytes out;
    channel_.seal(plain, out);
    socket_.send(out);
  }
  void frame(YamuxType type, std::uint16_t flags, std::uint32_t stream, std::uint32_t length, ByteView body = {}) {
    Bytes out;
    append_yamux_header(out, {type, flags, stream, length});
    append(out, body);
    say(out);
  }
  // Opens a stream and proposes this protocol for it, with these bytes behind.
  void open(std::uint32_t stream, std::string_view protocol, ByteView bytes = {}) {
    Bytes body;
    append_token(body, kMultistreamName);
    append_token(body, protocol);
    append(body, bytes);
    frame(YamuxType::data, kYamuxSyn, stream, static_cast<std::uint32_t>(body.size()), body);
  }
  bool ended() { return socket_.ended(); }
  RawSocket& socket() { return socket_; }

  Bytes heard;  // plaintext, frames of Yamux

 private:
  static NoiseHandshake::Keys fresh(std::uint8_t number) {
    NoiseHandshake::Keys out{};
    out.static_private.fill(number);
    out.ephemeral_private.fill(static_cast<std::uint8_t>(number + 1));
    return out;
  }
  RawSocket socket_;
  std::shared_ptr<const PrivateKey> key_;
  SecureChannel channel_;
};

}  // namespace lastmile::p2p
