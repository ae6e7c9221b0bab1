#include "real/env/connection.hpp"

#include <algorithm>

#include "real/env/os_clock.hpp"

namespace lastmile::real {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kWriteBytes = 256 * 1024;  // handed to the system at once
constexpr std::size_t kWriteParts = 64;          // and in so many packets

env::CloseReason reason_of(const ErrorCode& error) {
  if (error == asio::error::eof) return env::CloseReason::remote;
  if (error == asio::error::timed_out) return env::CloseReason::timeout;
  return env::CloseReason::reset;
}

// Who is told about a connection that only finishes writing.
class Nobody final : public ConnectionOwner {
  void on_packet(Connection&, const Packet&) override {}
  void on_ended(Connection&, env::CloseReason) override {}
};
ConnectionOwner& nobody() {
  static Nobody one;
  return one;
}

}  // namespace

void Connection::start() {
  last_read_ = last_written_ = OsClock().now();
  read();
}

void Connection::read() {
  const auto space = reader_.space(kReadBytes);
  socket_.async_read_some(asio::buffer(space.data(), space.size()),
                          [self = shared_from_this()](const ErrorCode& error, std::size_t count) {
                            if (!self->open()) return;
                            if (error) {
                              self->end(reason_of(error));
                            } else {
                              self->on_read(count);
                            }
                          });
}

void Connection::on_read(std::size_t count) {
  reader_.filled(count);
  bytes_in_ += count;
  last_read_ = OsClock().now();
  Packet packet;
  for (;;) {
    const auto state = reader_.next(packet, packet_limit_);
    if (state == PacketReader::State::more) break;
    if (state == PacketReader::State::broken) return end(env::CloseReason::protocol_error);
    owner_->on_packet(*this, packet);
    if (!open()) return;
  }
  read();
}

void Connection::write(Bytes head, std::shared_ptr<const Bytes> body) {
  if (!open() || closing_) return;
  Out out{.head = std::move(head), .body = std::move(body)};
  if (out.body != nullptr) out.length = out.body->size();
  queued_ += out.size();
  out_.push_back(std::move(out));
  write_more();
}

void Connection::write_bulk(std::uint64_t fetch, std::shared_ptr<const Bytes> content) {
  if (!open() || closing_) return;
  bulk_queued_ += content->size();
  bulk_.push_back({fetch, std::move(content)});
  write_more();
}

void Connection::cancel_bulk(std::uint64_t fetch) {
  const auto found = std::find_if(bulk_.begin(), bulk_.end(), [&](const Bulk& one) { return one.fetch == fetch; });
  if (found == bulk_.end()) return;
  bulk_queued_ -= found->content->size() - found->offset;
  bulk_.erase(found);
}

// One chunk of the first bulk goes out; what is left of it goes to the end of the line.
void Connection::take_bulk_chunk() {
  Bulk bulk = std::move(bulk_.front());
  bulk_.pop_front();
  const std::size_t length = std::min(kChunkBytes, bulk.content->size() - bulk.offset);
  const bool last = bulk.offset + length == bulk.content->size();
  Packet packet;
  packet.kind = PacketKind::chunk;
  packet.id = bulk.fetch;
  packet.flag = last;
  writing_.push_back({packet_head(packet, length), bulk.content, bulk.offset, length});
  bulk_queued_ -= length;
  bulk.offset += length;
  if (!last) bulk_.push_back(std::move(bulk));
}

void Connection::write_more() {
  if (!writing_.empty()) return;
  std::size_t bytes = 0;
  while (!out_.empty() && writing_.size() < kWriteParts && bytes < kWriteBytes) {
    bytes += out_.front().size();
    writing_.push_back(std::move(out_.front()));
    out_.pop_front();
  }
  writing_frames_ = bytes;
  if (writing_.empty() && !bulk_.empty()) take_bulk_chunk();
  if (writing_.empty()) {
    if (closing_) close();
    return;
  }
  std::vector<asio::const_buffer> buffers;
  buffers.reserve(2 * writing_.size());
  for (const Out& out : writing_) {
    buffers.emplace_back(out.head.data(), out.head.size());
    if (out.length > 0) buffers.emplace_back(out.body->data() + out.offset, out.length);
  }
  asio::async_write(socket_, buffers, [self = shared_from_this()](const ErrorCode& error, std::size_t count) {
    if (!self->open()) return;
    self->bytes_out_ += count;
    if (error) return self->end(reason_of(error));
    self->last_written_ = OsClock().now();
    self->queued_ -= self->writing_frames_;
    self->writing_.clear();
    self->write_more();
  });
}

void Connection::close() {
  owner_ = nullptr;
  ErrorCode ignored;
  socket_.close(ignored);
  out_.clear();
  bulk_.clear();
  queued_ = bulk_queued_ = 0;
}

void Connection::close_after_writing() {
  if (!open()) return;
  owner_ = &nobody();
  closing_ = true;
  bulk_.clear();
  bulk_queued_ = 0;
  write_more();
}

void Connection::end(env::CloseReason reason) {
  if (!open()) return;
  ConnectionOwner* const owner = owner_;
  close();
  owner->on_ended(*this, reason);
}

}  // namespace lastmile::real
