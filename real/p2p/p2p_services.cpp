// What everybody on the network may ask: who we are (libp2p.md 9) and whether we live (10); and which protocol goes to
// whom.
#include <sodium.h>

#include <algorithm>

#include "real/env/asio.hpp"
#include "real/env/os_clock.hpp"
#include "real/p2p/frames_in.hpp"
#include "real/p2p/questions.hpp"
#include "real/p2p/wire/length_prefix.hpp"

namespace lastmile::p2p {

// Reads what a peer says of itself, asked or pushed.
class P2pNetwork::Core::IdentifyIn final : public StreamHandler {
 public:
  IdentifyIn(Core& core, Connection& connection) : core_(core), connection_(connection), reader_(kIdentifyMessageMax) {}
  void opened(StreamId stream) { stream_ = stream; }
  void on_open(std::string_view) override { connection_.hurry(stream_); }
  void on_bytes(ByteView bytes) override {
    Bytes message;
    for (;;) {
      const auto state = reader_.next(bytes, message);
      if (state == PrefixedReader::State::more) return;
      if (state == PrefixedReader::State::broken || ++messages_ > kIdentifyMessagesMax ||
          !merge_identify(message, got_).ok()) {
        return connection_.reset(stream_);
      }
    }
  }
  void on_finished() override {
    connection_.finish(stream_);
    if (got_.public_key && PeerId::of_key(*got_.public_key) != connection_.peer()) {
      return connection_.end(env::CloseReason::protocol_error);
    }
    if (messages_ == 0) return;
    core_.store_.identified(connection_.peer(), got_, real::OsClock().now());
    if (const auto peer = core_.find(connection_)) core_.look_whether_it_speaks(*peer);
  }

 private:
  Core& core_;
  Connection& connection_;
  StreamId stream_ = 0;
  PrefixedReader reader_;
  std::size_t messages_ = 0;
  Identify got_;
};

namespace {

// Said all there is to say.
class Mute final : public StreamHandler {
  void on_bytes(ByteView) override {}
};

}  // namespace

class P2pNetwork::Core::PingIn final : public StreamHandler {
 public:
  PingIn(Core& core, Connection& connection, StreamId stream) : core_(core), connection_(connection), stream_(stream) {}
  void on_bytes(ByteView bytes) override {
    append(waiting_, bytes);
    const std::size_t whole = waiting_.size() - waiting_.size() % kPingBytes;
    if (connection_.queued(stream_) > kPingQueueMax) return connection_.reset(stream_);  // it asks and never reads
    connection_.write(stream_, Bytes(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(whole)));
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(whole));
  }
  void on_finished() override { core_.finish_later(connection_, stream_); }

 private:
  static constexpr std::size_t kPingQueueMax = 64 * 1024;
  Core& core_;
  Connection& connection_;
  StreamId stream_;
  Bytes waiting_;
};

class P2pNetwork::Core::PingOut final : public StreamHandler {
 public:
  PingOut(Connection& connection, env::Done<Duration> done)
      : connection_(connection), done_(std::move(done)), sent_(real::OsClock().now()), value_(kPingBytes) {
    randombytes_buf(value_.data(), value_.size());
  }
  const Bytes& value() const { return value_; }
  void opened(StreamId stream) { stream_ = stream; }
  void on_open(std::string_view) override { connection_.hurry(stream_); }
  void on_bytes(ByteView bytes) override {
    append(got_, bytes);
    if (got_.size() < kPingBytes) return;
    connection_.finish(stream_);
    answer(got_ == value_ ? Result<Duration>(real::OsClock().now() - sent_) : Error{"ping: another answer"});
  }
  env::Done<Duration> take() { return std::move(done_); }
  void on_finished() override { answer(Error{"ping: no answer"}); }
  void on_closed(env::CloseReason reason) override {
    if (reason != env::CloseReason::local) answer(Error{"ping: " + std::string(env::close_reason_name(reason))});
  }

 private:
  void answer(Result<Duration> result) {
    if (!done_) return;
    auto done = std::move(done_);
    done(std::move(result));
  }
  Connection& connection_;
  env::Done<Duration> done_;
  Instant sent_;
  Bytes value_, got_;
  StreamId stream_ = 0;
};

void P2pNetwork::Core::ping(env::PeerId peer, env::Done<Duration> done) {
  Connection* const connection = up(peer);
  const auto fail_later = [this](env::Done<Duration> to_tell) {
    loop_.post([to_tell = std::move(to_tell)]() mutable { to_tell(Error{"ping: not connected"}); });
  };
  if (connection == nullptr) return fail_later(std::move(done));
  auto handler = std::make_shared<PingOut>(*connection, std::move(done));
  const auto stream = connection->open_stream({std::string(kPingName)}, handler);
  if (!stream) return fail_later(handler->take());
  handler->opened(*stream);
  connection->write(*stream, handler->value());
}

void P2pNetwork::Core::finish_later(Connection& connection, StreamId stream) {
  timers_.after(kEndPause, [weak = connection.weak_from_this(), stream] {
    if (const auto alive = weak.lock()) alive->finish(stream);
  });
}

void P2pNetwork::Core::identify(Connection& connection) {
  auto handler = std::make_shared<IdentifyIn>(*this, connection);
  if (const auto stream = connection.open_stream({std::string(kIdentifyName)}, handler)) handler->opened(*stream);
}

Bytes P2pNetwork::Core::own_identify(const Connection& connection) {
  Identify out;
  out.public_key = options.identity->public_key().serialised();
  out.protocol_version = kIdentifyVersion;
  out.agent_version = options.agent;
  out.protocols = protocols_;
  out.observed = connection.remote();
  out.listen_addresses = options.announce;
  if (out.listen_addresses.empty()) {
    for (const Multiaddr& address : listen_addresses()) {
      const auto target = dial_target(address);
      if (target && target->host != "0.0.0.0" && target->host != "::") out.listen_addresses.push_back(address);
    }
  }
  if (own_record_.empty()) {  // what it says changes in no life
    const auto milliseconds_since_1970 = static_cast<std::uint64_t>(real::OsClock().wall().ns / 1'000'000);
    const PeerRecord record{options.identity->peer_id(), milliseconds_since_1970, out.listen_addresses};
    own_record_ = seal_peer_record(record, *options.identity);
  }
  out.signed_record = own_record_;
  return encode_identify(out);
}

std::shared_ptr<StreamHandler> P2pNetwork::Core::accept(Connection& connection, StreamId stream,
                                                        const std::string& protocol) {
  const auto others = connection.streams_of(protocol);  // and this one
  const auto too_many = [&](std::size_t limit) {
    if (others.size() <= limit) return false;
    ++figures_.streams_refused;
    return true;
  };
  if (protocol == kPingName) {
    if (too_many(kPingStreamsMax)) return nullptr;
    connection.be_patient(stream);
    return std::make_shared<PingIn>(*this, connection, stream);
  }
  if (protocol == kIdentifyName) {
    if (too_many(kIdentifyStreamsMax)) return nullptr;
    connection.write(stream, prefixed(own_identify(connection)));
    finish_later(connection, stream);
    return std::make_shared<Mute>();
  }
  if (protocol == kIdentifyPushName) {
    if (too_many(kIdentifyStreamsMax)) return nullptr;
    auto handler = std::make_shared<IdentifyIn>(*this, connection);
    handler->opened(stream);
    return handler;
  }
  if (is_message_protocol(protocol)) return accept_messages(connection, stream, protocol);
  if (protocol == kFetchProtocol) return std::make_shared<Answering>(*this, connection, stream, std::nullopt);
  for (std::size_t i = 0; i < env::kProtocolCount; ++i) {
    const auto each = static_cast<env::Protocol>(i);
    if (protocol == request_protocol(each)) return std::make_shared<Answering>(*this, connection, stream, each);
    const auto names = frame_protocols(each);
    if (std::find(names.begin(), names.end(), protocol) == names.end()) continue;
    // Of several the newest counts (libp2p.md 11.1).
    for (const std::string& name : names) {
      for (const StreamId older : connection.streams_of(name)) {
        if (older != stream) connection.reset(older);
      }
    }
    connection.be_patient(stream);
    return std::make_shared<FramesIn>(*this, connection, stream, each);
  }
  return nullptr;
}

P2pNetwork::PeerInfo P2pNetwork::Core::info(env::PeerId peer) const {
  PeerInfo out;
  out.connections = at(peer).connections.size();
  const auto* const known = store_.find(at(peer).id);
  if (known == nullptr) return out;
  out.agent = known->agent;
  out.protocols = known->protocols;
  for (const auto& each : known->addresses) out.addresses.push_back(each.place.text());
  return out;
}

}  // namespace lastmile::p2p
