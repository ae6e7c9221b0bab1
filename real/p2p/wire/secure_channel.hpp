// What lies between a socket and Yamux (libp2p.md 1, 5, 6): multistream in clear, Noise, and the choice of the
// multiplexer, as a state machine: bytes in, bytes out; no clock, no socket.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "real/p2p/wire/multistream.hpp"
#include "real/p2p/wire/noise_payload.hpp"

namespace lastmile::p2p {

inline constexpr std::string_view kNoiseProtocol = "/noise";
inline constexpr std::string_view kYamuxProtocol = "/yamux/1.0.0";

class SecureChannel {
 public:
  enum class Role : std::uint8_t { dialer, listener };
  struct Options {
    Role role = Role::dialer;
    std::optional<PeerId> expected;  // who must be there; empty = anybody
    bool early_muxer = true;         // offer the multiplexer inside the handshake (6.5)
  };
  // keys: fresh ones. The identity must outlive the channel.
  SecureChannel(const PrivateKey& identity, const NoiseHandshake::Keys& keys, Options options);
  ~SecureChannel();

  // Bytes of the socket. What belongs to the multiplexer is appended to `plain`. An error says what was wrong; the
  // connection is to be closed at once, without an answer.
  Result<Unit> on_bytes(ByteView bytes, Bytes& plain);
  // Bytes for the socket that the upgrade wants sent.
  Bytes take_output();
  bool up() const { return stage_ == Stage::up; }
  // Once up: appends frames with this plaintext for the socket.
  void seal(ByteView plaintext, Bytes& out);

  // Known once up.
  const PeerId& peer() const { return peer_; }
  bool muxer_was_early() const { return early_; }

 private:
  enum class Stage : std::uint8_t { security, handshake, muxer, up };
  Result<Unit> on_clear(ByteView& bytes);
  Result<Unit> on_frame(ByteView frame, Bytes& plain);
  Result<Unit> on_handshake(ByteView message);
  Result<Unit> on_payload(ByteView payload);
  Result<Unit> on_plain(ByteView bytes, Bytes& plain);
  Result<Unit> choose_muxer();
  Bytes own_payload() const;
  void send_clear(Bytes bytes);

  const PrivateKey& identity_;
  Options options_;
  Stage stage_ = Stage::security;
  Negotiation negotiation_;
  std::unique_ptr<NoiseHandshake> handshake_;  // until it is finished
  NoiseKey own_static_;
  NoiseHandshake::Ciphers ciphers_;
  std::vector<std::string> their_muxers_;
  PeerId peer_;
  bool early_ = false;
  Bytes frame_;  // with its length, as far as it has come
  Bytes out_;
};

}  // namespace lastmile::p2p
