// Requests and fetches: a stream each, one message behind its length either way, and the answer begins with what it is.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/gossip/protobuf.hpp"
#include "real/env/asio.hpp"
#include "real/p2p/questions.hpp"

namespace lastmile::p2p {

namespace pb = gossip::pb;

namespace {

// Says that an answer is one, before its bytes.
Bytes answer_head(std::uint8_t what, std::size_t size) {
  Bytes out = length_prefix(size + 1);
  out.push_back(what);
  return out;
}

void send_refusal(Connection& connection, StreamId stream, std::string_view why) {
  why = why.substr(0, kRefusalTextMax);
  Bytes out = answer_head(kRefused, why.size());
  append(out, why);
  connection.write(stream, std::move(out));
  connection.finish(stream);
}

void send_answer(Connection& connection, StreamId stream, std::shared_ptr<const Bytes> body) {
  connection.write(stream, answer_head(kAnswered, body->size()));
  connection.write(stream, std::move(body));
  connection.finish(stream);
}

Bytes encode_range(const env::ContentRange& range) {
  Bytes out;
  pb::put_text_field(out, 1, range.name);
  pb::put_varint_field(out, 2, range.offset);
  pb::put_varint_field(out, 3, range.length);
  return out;
}

std::optional<env::ContentRange> decode_range(ByteView bytes) {
  env::ContentRange out;
  out.length = 0;
  pb::Reader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->is_bytes(1)) out.name = as_text(field->bytes);
    if (field->is_varint(2)) out.offset = field->value;
    if (field->is_varint(3)) out.length = field->value;
  }
  if (!reader.ok() || out.name.empty() || out.name.size() > kContentNameMax) return std::nullopt;
  return out;
}

}  // namespace

// Lives in the reply that a handler holds: when it goes, called or not, the question no longer counts.
struct P2pNetwork::Core::Reply {
  Reply(std::size_t& place, std::shared_ptr<Served> owner, std::weak_ptr<Connection> way, StreamId on)
      : served(std::move(owner)), count(place), connection(std::move(way)), stream(on) {
    ++count;
  }
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;
  ~Reply() { --count; }

  std::shared_ptr<Served> served;  // `count` is in it
  std::size_t& count;
  std::weak_ptr<Connection> connection;
  StreamId stream;
};

template <class T>
void P2pNetwork::Core::error_later(env::Done<T> done, std::string text) {
  loop_.post([weak = weak_from_this(), done = std::move(done), text = std::move(text)]() mutable {
    if (const auto self = weak.lock(); self != nullptr && !self->dead_) done(Error{std::move(text)});
  });
}

void P2pNetwork::Core::request(env::PeerId peer, env::Protocol protocol, const env::Frame& frame, Duration deadline,
                               env::Done<env::Frame> done) {
  ask(peer, request_protocol(protocol), encoded(frame), env::kFrameBytesMax, kYamuxWindow, deadline,
      [done = std::move(done)](Result<Bytes> answer) mutable {
        if (!answer.ok()) return done(std::move(answer).error());
        done(env::Frame::of_bytes(*std::move(answer)));
      });
}

void P2pNetwork::Core::fetch(env::PeerId peer, const env::ContentRange& range, Duration deadline,
                             env::Done<Bytes> done) {
  if (range.name.empty() || range.name.size() > kContentNameMax) {
    return error_later(std::move(done), "not a name of content");
  }
  const auto length_max =
      static_cast<std::size_t>(std::min<std::uint64_t>(range.length, options.limits.fetch_bytes_max));
  ask(peer, std::string(kFetchProtocol), std::make_shared<const Bytes>(encode_range(range)), length_max, kFetchWindow,
      deadline, std::move(done));
}

void P2pNetwork::Core::ask(env::PeerId peer, const std::string& protocol, std::shared_ptr<const Bytes> question,
                           std::size_t answer_max, std::uint32_t window, Duration deadline, env::Done<Bytes> done) {
  Connection* const connection = up(peer);
  if (connection == nullptr) return error_later(std::move(done), "not connected");
  if (asked_.size() >= options.limits.requests_sent_max) {
    return error_later(std::move(done), "too many requests are under way");
  }
  const std::uint64_t id = ++last_id_;
  const auto stream = connection->open_stream({protocol}, std::make_shared<Question>(*this, id, answer_max), window);
  if (!stream) return error_later(std::move(done), "too many streams are open");
  const auto timer =
      timers_.after(deadline, [this, id] { finish_question(id, Error{"the deadline has passed"}, true); });
  asked_.emplace(id, Pending{peer, connection->weak_from_this(), *stream, timer, std::move(done)});
  connection->write(*stream, length_prefix(question->size()));
  connection->write(*stream, std::move(question));
  connection->finish(*stream);
}

// reset_stream: what is still to come would only take room.
void P2pNetwork::Core::finish_question(std::uint64_t id, Result<Bytes> result, bool reset_stream) {
  const auto entry = asked_.extract(id);
  if (entry.empty()) return;
  Pending& pending = entry.mapped();
  timers_.cancel(pending.deadline);
  if (const auto connection = pending.connection.lock(); connection != nullptr && reset_stream) {
    connection->reset(pending.stream);
  }
  auto done = std::move(pending.done);
  done(std::move(result));
}

void P2pNetwork::Core::fail_questions(env::PeerId peer) {
  std::vector<std::uint64_t> ids;
  for (const auto& [id, pending] : asked_) {
    if (pending.peer == peer) ids.push_back(id);
  }
  for (const std::uint64_t id : ids) finish_question(id, Error{"the connection was lost"}, true);
}

void P2pNetwork::Core::Question::on_bytes(ByteView bytes) {
  Bytes answer;
  const auto state = reader_.next(bytes, answer);
  if (state == PrefixedReader::State::more) return;
  if (state == PrefixedReader::State::broken || answer.empty() || answer[0] > kRefused) {
    return core_.finish_question(id_, Error{"an answer longer than was asked for, or none of ours"}, true);
  }
  if (answer[0] == kRefused) {
    return core_.finish_question(id_, Error{"refused: " + std::string(as_text(answer)).substr(1, kRefusalTextMax)},
                                 true);
  }
  answer.erase(answer.begin());
  if (const auto found = core_.asked_.find(id_); found != core_.asked_.end()) {
    if (const auto connection = found->second.connection.lock()) connection->hurry(found->second.stream);
  }
  core_.finish_question(id_, std::move(answer), !bytes.empty());
}

void P2pNetwork::Core::Question::on_finished() {
  core_.finish_question(id_, Error{"the peer ended the answer early"}, true);
}

void P2pNetwork::Core::Question::on_closed(env::CloseReason reason) {
  if (reason == env::CloseReason::local) return;  // closed by us: told later, with the loss of the peer
  const bool refused = reason == env::CloseReason::refused;
  core_.finish_question(id_, Error{refused ? "the peer does not speak this protocol" : "the connection was lost"},
                        false);
}

void P2pNetwork::Core::Answering::refuse(std::string_view why) { send_refusal(connection_, stream_, why); }

void P2pNetwork::Core::Answering::on_finished() {
  if (!asked_) connection_.reset(stream_);
}

void P2pNetwork::Core::Answering::on_bytes(ByteView bytes) {
  if (asked_) return;  // one question per stream; more is not read
  Bytes question;
  const auto state = reader_.next(bytes, question);
  core_.give_room(std::exchange(room_, 0));
  if (state == PrefixedReader::State::broken || !core_.take_room(reader_.buffered())) return connection_.reset(stream_);
  room_ = reader_.buffered();
  if (state == PrefixedReader::State::more) return;
  asked_ = true;
  connection_.be_patient(stream_);
  const auto peer = core_.find(connection_);
  if (!peer) return connection_.reset(stream_);
  if (protocol_) return on_request(*peer, *protocol_, std::move(question));
  on_fetch(*peer, question);
}

void P2pNetwork::Core::Answering::on_request(env::PeerId peer, env::Protocol protocol, Bytes question) {
  env::FrameHandler* const handler = core_.frame_handlers[static_cast<std::size_t>(protocol)];
  if (handler == nullptr) return refuse("this protocol is not spoken here");
  const auto served = core_.at(peer).served;
  if (served->requests >= core_.options.limits.requests_served_max) {
    ++core_.figures_.requests_refused;
    return refuse("too many requests at once");
  }
  auto reply = std::make_unique<Reply>(served->requests, served, connection_.weak_from_this(), stream_);
  handler->on_request(peer, env::Frame::of_bytes(std::move(question)),
                      [reply = std::move(reply), core = core_.weak_from_this()](Result<env::Frame> result) mutable {
                        LM_CHECK(reply != nullptr);  // a reply is called once
                        const auto used = std::move(reply);
                        const auto connection = used->connection.lock();
                        const auto owner = core.lock();
                        if (connection == nullptr || owner == nullptr || owner->dead_) return;
                        if (!result.ok()) return send_refusal(*connection, used->stream, result.error().text);
                        send_answer(*connection, used->stream, owner->encoded(*result));
                      });
}

// Bytes of content that this peer was answered and that are not sent yet.
std::size_t P2pNetwork::Core::bulk_bytes(Served& served) {
  std::size_t sum = 0;
  std::erase_if(served.sending, [&sum](const auto& one) {
    const auto connection = one.first.lock();
    const std::size_t queued = connection == nullptr ? 0 : connection->queued(one.second);
    sum += queued;
    return queued == 0;
  });
  return sum;
}

void P2pNetwork::Core::Answering::on_fetch(env::PeerId peer, ByteView question) {
  const auto range = decode_range(question);
  if (!range) return refuse("not a range of content");
  if (core_.content_handler == nullptr) return refuse("no content is served here");
  const auto served = core_.at(peer).served;
  core_.bulk_bytes(*served);
  if (served->fetches + served->sending.size() >= core_.options.limits.fetches_served_max) {
    ++core_.figures_.requests_refused;
    return refuse("too many fetches at once");
  }
  auto reply = std::make_unique<Reply>(served->fetches, served, connection_.weak_from_this(), stream_);
  core_.content_handler->on_fetch(
      peer, *range,
      [reply = std::move(reply), core = core_.weak_from_this(), length = range->length](Result<Bytes> result) mutable {
        LM_CHECK(reply != nullptr);
        const auto used = std::move(reply);
        const auto connection = used->connection.lock();
        const auto owner = core.lock();
        if (connection == nullptr || owner == nullptr || owner->dead_) return;
        if (!result.ok()) return send_refusal(*connection, used->stream, result.error().text);
        LM_CHECK(result->size() <= length);  // our content room answers the range it was asked for
        const P2pLimits& limits = owner->options.limits;
        if (result->size() > limits.fetch_bytes_max) {
          return send_refusal(*connection, used->stream, "too long for one fetch");
        }
        const std::size_t bulk = owner->bulk_bytes(*used->served);
        if (bulk > 0 && bulk + result->size() > limits.bulk_buffer_max) {
          ++owner->figures_.requests_refused;
          return send_refusal(*connection, used->stream, "too much content at once");
        }
        used->served->sending.emplace_back(connection, used->stream);
        send_answer(*connection, used->stream, std::make_shared<const Bytes>(*std::move(result)));
      });
}

}  // namespace lastmile::p2p
