#include "real/p2p/wire/yamux_session.hpp"

#include <algorithm>
#include <limits>

#include "core/base/check.hpp"

namespace lastmile::p2p {
namespace {

constexpr std::size_t kDataFrameBytes = 16 * 1024;  // so that streams take turns
constexpr StreamId kLastId = std::numeric_limits<StreamId>::max() - 1;

}  // namespace

Error YamuxSession::fail(std::string what) {
  failed_ = true;
  go_away(kYamuxProtocolError);
  return Error{"yamux: " + std::move(what)};
}

Result<Unit> YamuxSession::on_bytes(ByteView bytes) {
  while (!bytes.empty()) {
    if (failed_) return Error{"yamux: the session is over"};
    if (body_left_ > 0) {
      const ByteView part = bytes.first(std::min(bytes.size(), body_left_));
      bytes = bytes.subspan(part.size());
      body_left_ -= part.size();
      const StreamId id = current_.stream;
      if (has(id)) owner_.on_data(id, part);
      if (body_left_ == 0) after_frame(id, current_);
      continue;
    }
    const std::size_t take = std::min(bytes.size(), kYamuxHeaderBytes - header_size_);
    std::copy_n(bytes.begin(), take, header_.begin() + static_cast<std::ptrdiff_t>(header_size_));
    header_size_ += take;
    bytes = bytes.subspan(take);
    if (header_size_ < kYamuxHeaderBytes) break;
    header_size_ = 0;
    const auto header = parse_yamux_header(header_);
    if (!header.ok()) {
      failed_ = true;
      go_away(kYamuxProtocolError);
      return header.error();
    }
    if (auto taken = on_header(*header); !taken.ok()) return taken;
    if (control_.size() > kYamuxControlQueueMax) return fail("the peer reads none of our answers");
  }
  return Unit{};
}

Result<Unit> YamuxSession::on_header(const YamuxHeader& header) {
  switch (header.type) {
    case YamuxType::ping:
      if (header.has(kYamuxSyn)) {
        control({YamuxType::ping, kYamuxAck, 0, header.length});
      } else {
        owner_.on_pong(header.length);
      }
      return Unit{};
    case YamuxType::go_away:
      peer_going_away_ = true;
      owner_.on_go_away(header.length);
      return Unit{};
    case YamuxType::data:
    case YamuxType::window_update:
      return on_stream_frame(header);
  }
  return Unit{};
}

Result<Unit> YamuxSession::on_syn(const YamuxHeader& header) {
  if (is_ours(header.stream)) return fail("the peer opened a stream with an id of ours");
  if (streams_.contains(header.stream)) return fail("the peer opened a stream that is open");
  if (going_away_ || opened_by_peer_ >= kYamuxStreamsMax) {
    control({YamuxType::window_update, kYamuxRst, header.stream, 0});
    return Unit{};
  }
  streams_[header.stream].acknowledged = true;
  ++opened_by_peer_;
  control({YamuxType::window_update, kYamuxAck, header.stream, 0});
  owner_.on_stream(header.stream);
  return Unit{};
}

Result<Unit> YamuxSession::on_stream_frame(const YamuxHeader& header) {
  if (header.has(kYamuxSyn)) {
    if (auto opened = on_syn(header); !opened.ok()) return opened;
  }
  const auto found = streams_.find(header.stream);
  if (found != streams_.end()) {
    Stream& stream = found->second;
    if (header.has(kYamuxAck) && !stream.acknowledged) {
      stream.acknowledged = true;
      --unacknowledged_;
    }
    if (header.type == YamuxType::window_update) {
      stream.send_window += header.length;
      if (stream.send_window > std::numeric_limits<std::uint32_t>::max()) return fail("an allowance that overflows");
      make_ready(header.stream, stream);
    } else {
      if (header.length > stream.receive_window) return fail("more data than was allowed");
      if (stream.finish_received && header.length > 0) return fail("data behind the end of a stream");
      stream.receive_window -= header.length;
    }
  }
  if (header.type == YamuxType::data && header.length > 0) {
    current_ = header;
    body_left_ = header.length;
  } else {
    after_frame(header.stream, header);
  }
  return Unit{};
}

// Flags that end something take effect behind the body.
void YamuxSession::after_frame(StreamId id, const YamuxHeader& header) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  if (header.has(kYamuxRst)) {
    drop(id);
    owner_.on_reset(id);
    return;
  }
  if (!header.has(kYamuxFin) || found->second.finish_received) return;
  found->second.finish_received = true;
  if (found->second.finish_sent) drop(id);
  owner_.on_finished(id);
}

std::optional<StreamId> YamuxSession::open(std::uint32_t window) {
  LM_CHECK(window >= kYamuxWindow && window <= kYamuxWindowMax);
  if (going_away_ || peer_going_away_ || opened_by_us_ >= kYamuxStreamsMax ||
      unacknowledged_ >= kYamuxUnacknowledgedMax || next_id_ >= kLastId) {
    return std::nullopt;
  }
  const StreamId id = next_id_;
  next_id_ += 2;
  Stream& stream = streams_[id];
  stream.ours = true;
  stream.receive_window = stream.whole_window = window;
  ++opened_by_us_;
  ++unacknowledged_;
  control({YamuxType::window_update, kYamuxSyn, id, window - kYamuxWindow});
  return id;
}

void YamuxSession::write(StreamId id, std::shared_ptr<const Bytes> bytes) {
  const auto found = streams_.find(id);
  if (found == streams_.end() || bytes->empty()) return;
  Stream& stream = found->second;
  LM_CHECK(!stream.finish_wanted);
  stream.queued += bytes->size();
  queued_bytes_ += bytes->size();
  stream.queue.push_back(std::move(bytes));
  make_ready(id, stream);
}

void YamuxSession::finish(StreamId id) {
  const auto found = streams_.find(id);
  if (found == streams_.end() || found->second.finish_wanted) return;
  found->second.finish_wanted = true;
  make_ready(id, found->second);
}

void YamuxSession::reset(StreamId id) {
  if (!streams_.contains(id)) return;
  drop(id);
  control({YamuxType::window_update, kYamuxRst, id, 0});
}

void YamuxSession::consumed(StreamId id, std::size_t bytes) {
  const auto found = streams_.find(id);
  if (found == streams_.end() || found->second.finish_received) return;
  Stream& stream = found->second;
  stream.consumed += bytes;
  LM_CHECK(stream.consumed + stream.receive_window <= stream.whole_window);
  if (stream.consumed < stream.whole_window / 2) return;
  control({YamuxType::window_update, 0, id, static_cast<std::uint32_t>(stream.consumed)});
  stream.receive_window += std::exchange(stream.consumed, 0);
}

void YamuxSession::ping(std::uint32_t value) { control({YamuxType::ping, kYamuxSyn, 0, value}); }

void YamuxSession::go_away(std::uint32_t reason) {
  if (going_away_) return;
  going_away_ = true;
  control({YamuxType::go_away, 0, 0, reason});
}

std::size_t YamuxSession::queued(StreamId id) const {
  const auto found = streams_.find(id);
  return found == streams_.end() ? 0 : found->second.queued;
}

void YamuxSession::make_ready(StreamId id, Stream& stream) {
  const bool data = stream.queued > 0 && stream.send_window > 0;
  const bool end = stream.queued == 0 && stream.finish_wanted && !stream.finish_sent;
  if (stream.waiting || (!data && !end)) return;
  stream.waiting = true;
  ready_.push_back(id);
}

void YamuxSession::drop(StreamId id) {
  const auto found = streams_.find(id);
  Stream& stream = found->second;
  queued_bytes_ -= stream.queued;
  --(stream.ours ? opened_by_us_ : opened_by_peer_);
  if (!stream.acknowledged) --unacknowledged_;
  if (stream.waiting) ready_.erase(std::find(ready_.begin(), ready_.end(), id));
  streams_.erase(found);
}

// At most one frame; the end of the stream goes along with its last data.
void YamuxSession::send_some(StreamId id, Stream& stream, Bytes& out) {
  std::size_t length = std::min<std::uint64_t>({kDataFrameBytes, stream.queued, stream.send_window});
  const bool last = length == stream.queued && stream.finish_wanted;
  append_yamux_header(out,
                      {YamuxType::data, last ? kYamuxFin : std::uint16_t{0}, id, static_cast<std::uint32_t>(length)});
  stream.send_window -= length;
  stream.queued -= length;
  queued_bytes_ -= length;
  while (length > 0) {
    const Bytes& first = *stream.queue.front();
    const std::size_t part = std::min(length, first.size() - stream.offset);
    append(out, ByteView(first).subspan(stream.offset, part));
    stream.offset += part;
    length -= part;
    if (stream.offset < first.size()) continue;
    stream.queue.pop_front();
    stream.offset = 0;
  }
  if (!last) return make_ready(id, stream);
  stream.finish_sent = true;
  if (stream.finish_received) drop(id);
}

bool YamuxSession::take_output(Bytes& out, std::size_t limit) {
  const std::size_t before = out.size();
  append(out, std::exchange(control_, {}));
  while (!ready_.empty() && out.size() < limit) {
    const StreamId id = ready_.front();
    ready_.pop_front();
    Stream& stream = streams_.at(id);
    stream.waiting = false;
    send_some(id, stream, out);
  }
  return out.size() > before;
}

}  // namespace lastmile::p2p
