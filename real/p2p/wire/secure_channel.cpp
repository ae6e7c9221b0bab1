#include "real/p2p/wire/secure_channel.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "real/p2p/wire/limits.hpp"

namespace lastmile::p2p {
namespace {

constexpr std::size_t kFrameHeaderBytes = 2;

const std::vector<std::string>& security_protocols() {
  static const std::vector<std::string> list{std::string(kNoiseProtocol)};
  return list;
}
const std::vector<std::string>& muxer_protocols() {
  static const std::vector<std::string> list{std::string(kYamuxProtocol)};
  return list;
}

Negotiation negotiation_for(SecureChannel::Role role, const std::vector<std::string>& protocols) {
  return role == SecureChannel::Role::dialer ? Negotiation::dialer(protocols) : Negotiation::listener(protocols);
}

NoiseHandshake::Role noise_role(SecureChannel::Role role) {
  return role == SecureChannel::Role::dialer ? NoiseHandshake::Role::initiator : NoiseHandshake::Role::responder;
}

}  // namespace

SecureChannel::SecureChannel(const PrivateKey& identity, const NoiseHandshake::Keys& keys, Options options)
    : identity_(identity),
      options_(std::move(options)),
      negotiation_(negotiation_for(options_.role, security_protocols())),
      handshake_(std::make_unique<NoiseHandshake>(noise_role(options_.role), keys)),
      own_static_(noise_public(keys.static_private)),
      out_(negotiation_.take_output()) {}

SecureChannel::~SecureChannel() = default;

Bytes SecureChannel::take_output() { return std::exchange(out_, {}); }

void SecureChannel::seal(ByteView plaintext, Bytes& out) {
  LM_CHECK(stage_ == Stage::muxer || stage_ == Stage::up);
  while (!plaintext.empty()) {
    const ByteView piece = plaintext.first(std::min(plaintext.size(), kNoisePlaintextMax));
    append_noise_frame(ciphers_.send, piece, out);
    plaintext = plaintext.subspan(piece.size());
  }
}

Result<Unit> SecureChannel::on_bytes(ByteView bytes, Bytes& plain) {
  while (!bytes.empty()) {
    if (stage_ == Stage::security) {
      if (auto taken = on_clear(bytes); !taken.ok()) return taken;
      continue;
    }
    // A whole frame, first its length.
    std::size_t wanted = kFrameHeaderBytes;
    if (frame_.size() >= kFrameHeaderBytes) wanted += static_cast<std::size_t>(frame_[0] << 8 | frame_[1]);
    const std::size_t take = std::min(bytes.size(), wanted - frame_.size());
    append(frame_, bytes.first(take));
    bytes = bytes.subspan(take);
    if (frame_.size() < wanted) break;
    if (wanted == kFrameHeaderBytes && (frame_[0] != 0 || frame_[1] != 0)) continue;
    if (auto taken = on_frame(ByteView(frame_).subspan(kFrameHeaderBytes), plain); !taken.ok()) return taken;
    frame_.clear();
  }
  return Unit{};
}

Result<Unit> SecureChannel::on_clear(ByteView& bytes) {
  const auto state = negotiation_.feed(bytes);
  append(out_, negotiation_.take_output());
  if (state == Negotiation::State::more) return Unit{};
  if (state != Negotiation::State::agreed) return Error{"upgrade: the peer does not speak /noise"};
  stage_ = Stage::handshake;
  if (handshake_->our_turn()) append(out_, noise_frame(handshake_->write({})));
  return Unit{};
}

Result<Unit> SecureChannel::on_frame(ByteView frame, Bytes& plain) {
  if (stage_ == Stage::handshake) return on_handshake(frame);
  Bytes opened;
  if (!ciphers_.receive.decrypt({}, frame, opened)) return Error{"noise: a message that does not authenticate"};
  return on_plain(opened, plain);
}

Bytes SecureChannel::own_payload() const {
  return encode_noise_payload(make_noise_payload(
      identity_, own_static_, options_.early_muxer ? muxer_protocols() : std::vector<std::string>{}));
}

Result<Unit> SecureChannel::on_handshake(ByteView message) {
  const auto payload = handshake_->read(message);
  if (!payload) return Error{"noise: a handshake message that does not authenticate"};
  // The first message says nothing of its sender.
  if (handshake_->finished() || options_.role == Role::dialer) {
    if (auto good = on_payload(*payload); !good.ok()) return good;
  }
  if (!handshake_->finished()) append(out_, noise_frame(handshake_->write(own_payload())));
  if (!handshake_->finished()) return Unit{};
  ciphers_ = handshake_->split();
  handshake_.reset();
  return choose_muxer();
}

Result<Unit> SecureChannel::on_payload(ByteView payload) {
  auto read = decode_noise_payload(payload);
  if (!read.ok()) return std::move(read).error();
  auto peer = check_noise_payload(*read, handshake_->remote_static());
  if (!peer.ok()) return std::move(peer).error();
  if (options_.expected && *options_.expected != *peer) {
    return Error{"noise: " + peer->text() + " is there, not " + options_.expected->text()};
  }
  if (*peer == identity_.peer_id()) return Error{"noise: we are there ourselves"};
  peer_ = *peer;
  their_muxers_ = std::move(read->muxers);
  return Unit{};
}

Result<Unit> SecureChannel::choose_muxer() {
  if (options_.early_muxer && !their_muxers_.empty()) {
    const bool first = options_.role == Role::dialer;
    const auto& own = muxer_protocols();
    if (common_muxer(first ? own : their_muxers_, first ? their_muxers_ : own).empty()) {
      return Error{"noise: the peer has none of our multiplexers"};
    }
    early_ = true;
    stage_ = Stage::up;
    return Unit{};
  }
  stage_ = Stage::muxer;
  negotiation_ = negotiation_for(options_.role, muxer_protocols());
  seal(negotiation_.take_output(), out_);
  return Unit{};
}

Result<Unit> SecureChannel::on_plain(ByteView bytes, Bytes& plain) {
  if (stage_ == Stage::muxer) {
    const auto state = negotiation_.feed(bytes);
    seal(negotiation_.take_output(), out_);
    if (state == Negotiation::State::refused || state == Negotiation::State::broken) {
      return Error{"upgrade: the peer has none of our multiplexers"};
    }
    if (state == Negotiation::State::agreed) stage_ = Stage::up;
  }
  if (stage_ == Stage::up) append(plain, bytes);
  return Unit{};
}

}  // namespace lastmile::p2p
