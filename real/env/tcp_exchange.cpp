// Frames, requests and bulk over connections that are up.
#include <algorithm>

#include "real/env/tcp_core.hpp"

namespace lastmile::real {

struct TcpNetwork::Core::Token {
  enum class Kind : std::uint8_t { request, fetch };
  std::weak_ptr<Core> core;
  std::uint64_t link;
  std::uint64_t id;
  Kind kind;

  Token(std::weak_ptr<Core> owner, std::uint64_t link_number, std::uint64_t request, Kind which)
      : core(std::move(owner)), link(link_number), id(request), kind(which) {}
  Token(const Token&) = delete;
  Token& operator=(const Token&) = delete;
  ~Token() {
    const auto alive = core.lock();
    if (alive == nullptr) return;
    const auto found = alive->links_.find(link);
    if (found == alive->links_.end()) return;
    --(kind == Kind::request ? found->second.serving : found->second.fetching);
  }
};

void TcpNetwork::Core::put_on(Link& link, Packet head, std::shared_ptr<const Bytes> body) {
  Bytes bytes = packet_head(head, body->size());
  link.connection->write(std::move(bytes), std::move(body));
  if (link.connection->queued_bytes() > options.limits.send_buffer_max) close(link.peer, env::CloseReason::limit);
}

std::shared_ptr<const Bytes> TcpNetwork::Core::encoded(const env::Frame& frame) {
  LM_CHECK(frame && frame->wire_size() <= env::kFrameBytesMax);
  if (encoded_frame_.get() != frame.get()) {
    encoded_bytes_ = std::make_shared<const Bytes>(frame->encode());
    encoded_frame_ = frame;  // holds the body, so that its address stays its own
    LM_CHECK(encoded_bytes_->size() <= env::kFrameBytesMax);
  }
  return encoded_bytes_;
}

template <class T>
void TcpNetwork::Core::error_later(env::Done<T> done, std::string text) {
  loop_.post([weak = weak_from_this(), done = std::move(done), text = std::move(text)]() mutable {
    if (const auto self = weak.lock(); self != nullptr && !self->dead_) done(Error{std::move(text)});
  });
}

void TcpNetwork::Core::send(env::PeerId peer, env::Protocol protocol, const env::Frame& frame) {
  auto body = encoded(frame);
  Link* const link = up(peer);
  if (link == nullptr) return;
  ++figures_.frames_out;
  Packet head;
  head.kind = PacketKind::frame;
  head.protocol = protocol;
  put_on(*link, head, std::move(body));
}

void TcpNetwork::Core::request(env::PeerId peer, env::Protocol protocol, const env::Frame& frame, Duration deadline,
                               env::Done<env::Frame> done) {
  auto body = encoded(frame);
  Link* const link = up(peer);
  if (link == nullptr) return error_later(std::move(done), "not connected");
  if (asked_.size() + fetching_.size() >= options.limits.requests_sent_max) {
    return error_later(std::move(done), "too many requests are under way");
  }
  const std::uint64_t id = ++last_id_;
  const auto timer = timers_.after(deadline, [this, id] { finish_request(id, Error{"the deadline has passed"}); });
  asked_.emplace(id, Asked{peer, timer, std::move(done)});
  Packet head;
  head.kind = PacketKind::request;
  head.protocol = protocol;
  head.id = id;
  put_on(*link, head, std::move(body));
}

void TcpNetwork::Core::fetch(env::PeerId peer, const env::ContentRange& range, Duration deadline,
                             env::Done<Bytes> done) {
  Link* const link = up(peer);
  if (link == nullptr) return error_later(std::move(done), "not connected");
  if (range.name.size() > kContentNameMax) return error_later(std::move(done), "not a name of content");
  if (asked_.size() + fetching_.size() >= options.limits.requests_sent_max) {
    return error_later(std::move(done), "too many requests are under way");
  }
  const std::uint64_t id = ++last_id_;
  const auto timer = timers_.after(deadline, [this, id] {
    if (const auto found = fetching_.find(id); found != fetching_.end()) {
      if (Link* const on = up(found->second.peer)) {  // what is still to come would only take room
        Packet cancel;
        cancel.kind = PacketKind::cancel;
        cancel.id = id;
        on->connection->write(packet_bytes(cancel));
      }
    }
    finish_fetch(id, Error{"the deadline has passed"});
  });
  const std::uint64_t length_max = std::min<std::uint64_t>(range.length, options.limits.fetch_bytes_max);
  fetching_.emplace(id, Fetching{peer, timer, std::move(done), length_max, {}});
  Packet packet;
  packet.kind = PacketKind::fetch;
  packet.id = id;
  packet.offset = range.offset;
  packet.length = range.length;
  packet.body = as_bytes(range.name);
  link->connection->write(packet_bytes(packet));
}

void TcpNetwork::Core::on_traffic(Link& link, const Packet& packet) {
  switch (packet.kind) {
    case PacketKind::frame: {
      ++figures_.frames_in;
      env::FrameHandler* const handler = frame_handlers[static_cast<std::size_t>(packet.protocol)];
      if (handler == nullptr) return;  // not spoken here
      return handler->on_frame(link.peer, env::Frame::of_bytes(Bytes(packet.body.begin(), packet.body.end())));
    }
    case PacketKind::request:
      return on_request(link, packet);
    case PacketKind::answer:
    case PacketKind::refusal: {
      // Ids are ours; an answer over another connection than the question's is not accepted.
      const bool refused = packet.kind == PacketKind::refusal;
      if (const auto asked = asked_.find(packet.id); asked != asked_.end() && asked->second.peer == link.peer) {
        if (refused) return finish_request(packet.id, Error{"refused: " + std::string(as_text(packet.body))});
        return finish_request(packet.id, env::Frame::of_bytes(Bytes(packet.body.begin(), packet.body.end())));
      }
      const auto fetching = fetching_.find(packet.id);
      if (refused && fetching != fetching_.end() && fetching->second.peer == link.peer) {
        return finish_fetch(packet.id, Error{"refused: " + std::string(as_text(packet.body))});
      }
      ++figures_.late_answers;
      return;
    }
    case PacketKind::fetch:
      return on_fetch(link, packet);
    case PacketKind::chunk:
      return on_chunk(link, packet);
    case PacketKind::cancel:
      return link.connection->cancel_bulk(packet.id);
    case PacketKind::ping:
      return;
    default:
      return link.connection->end(env::CloseReason::protocol_error);
  }
}

void TcpNetwork::Core::refuse(Connection& connection, std::uint64_t id, std::string_view text) {
  Packet refusal;
  refusal.kind = PacketKind::refusal;
  refusal.id = id;
  refusal.body = as_bytes(text.substr(0, kRefusalTextMax));
  connection.write(packet_bytes(refusal));
}

void TcpNetwork::Core::on_request(Link& link, const Packet& packet) {
  env::FrameHandler* const handler = frame_handlers[static_cast<std::size_t>(packet.protocol)];
  if (handler == nullptr) return refuse(*link.connection, packet.id, "this protocol is not spoken here");
  if (link.serving >= options.limits.requests_served_max) {
    ++figures_.requests_refused;
    return refuse(*link.connection, packet.id, "too many requests at once");
  }
  ++link.serving;
  auto token = std::make_unique<Token>(weak_from_this(), link.connection->number(), packet.id, Token::Kind::request);
  handler->on_request(link.peer, env::Frame::of_bytes(Bytes(packet.body.begin(), packet.body.end())),
                      [token = std::move(token)](Result<env::Frame> result) mutable {
                        LM_CHECK(token != nullptr);  // a reply is called once
                        const auto used = std::move(token);
                        if (const auto core = used->core.lock()) core->answer(used->link, used->id, std::move(result));
                      });
}

void TcpNetwork::Core::answer(std::uint64_t link, std::uint64_t id, Result<env::Frame> result) {
  const auto found = links_.find(link);
  if (dead_ || found == links_.end()) return;  // who asked is gone
  if (!result.ok()) return refuse(*found->second.connection, id, result.error().text);
  Packet head;
  head.kind = PacketKind::answer;
  head.id = id;
  put_on(found->second, head, encoded(*result));
}

void TcpNetwork::Core::on_fetch(Link& link, const Packet& packet) {
  if (content_handler == nullptr) return refuse(*link.connection, packet.id, "no content is served here");
  if (link.fetching + link.connection->bulk_count() >= options.limits.fetches_served_max) {
    ++figures_.requests_refused;
    return refuse(*link.connection, packet.id, "too many fetches at once");
  }
  ++link.fetching;
  const env::ContentRange range{std::string(as_text(packet.body)), packet.offset, packet.length};
  auto token = std::make_unique<Token>(weak_from_this(), link.connection->number(), packet.id, Token::Kind::fetch);
  content_handler->on_fetch(link.peer, range,
                            [token = std::move(token), length = packet.length](Result<Bytes> result) mutable {
                              LM_CHECK(token != nullptr);
                              const auto used = std::move(token);
                              if (const auto core = used->core.lock())
                                core->serve(used->link, used->id, length, std::move(result));
                            });
}

void TcpNetwork::Core::serve(std::uint64_t link, std::uint64_t id, std::uint64_t length_max, Result<Bytes> result) {
  const auto found = links_.find(link);
  if (dead_ || found == links_.end()) return;
  Connection& connection = *found->second.connection;
  if (!result.ok()) return refuse(connection, id, result.error().text);
  LM_CHECK(result->size() <= length_max);  // our content room answers the range it was asked for
  if (result->size() > options.limits.fetch_bytes_max) return refuse(connection, id, "too long for one fetch");
  const bool room = connection.bulk_bytes() + result->size() <= options.limits.bulk_buffer_max;
  if (!room && connection.bulk_bytes() > 0) {
    ++figures_.requests_refused;
    return refuse(connection, id, "too much content at once");
  }
  connection.write_bulk(id, std::make_shared<const Bytes>(*std::move(result)));
}

void TcpNetwork::Core::on_chunk(Link& link, const Packet& packet) {
  const auto found = fetching_.find(packet.id);
  if (found == fetching_.end() || found->second.peer != link.peer) {
    ++figures_.late_answers;
    return;
  }
  Fetching& fetching = found->second;
  if (fetching.bytes.size() + packet.body.size() > fetching.length_max) {
    return link.connection->end(env::CloseReason::protocol_error);  // more than was asked for
  }
  append(fetching.bytes, packet.body);
  if (packet.flag) finish_fetch(packet.id, std::move(fetching.bytes));
}

void TcpNetwork::Core::finish_request(std::uint64_t id, Result<env::Frame> result) {
  const auto entry = asked_.extract(id);
  if (entry.empty()) return;
  timers_.cancel(entry.mapped().deadline);
  auto done = std::move(entry.mapped().done);
  done(std::move(result));
}

void TcpNetwork::Core::finish_fetch(std::uint64_t id, Result<Bytes> result) {
  const auto entry = fetching_.extract(id);
  if (entry.empty()) return;
  timers_.cancel(entry.mapped().deadline);
  auto done = std::move(entry.mapped().done);
  done(std::move(result));
}

void TcpNetwork::Core::fail_pending(env::PeerId peer) {
  std::vector<std::uint64_t> requests, fetches;
  for (const auto& [id, one] : asked_) {
    if (one.peer == peer) requests.push_back(id);
  }
  for (const auto& [id, one] : fetching_) {
    if (one.peer == peer) fetches.push_back(id);
  }
  for (std::uint64_t id : requests) finish_request(id, Error{"the connection was lost"});
  for (std::uint64_t id : fetches) finish_fetch(id, Error{"the connection was lost"});
}

}  // namespace lastmile::real
