// A Yamux session with anybody: it ends or goes on, keeps its limits, and what it says are frames.
#include <map>

#include "core/base/check.hpp"
#include "real/p2p/wire/yamux_session.hpp"

namespace {

using namespace lastmile;
using namespace lastmile::p2p;

// Answers as an owner would: some streams are read, some are not, some are reset or finished at once.
class Owner final : public YamuxOwner {
 public:
  void on_stream(StreamId stream) override {
    session->write(stream, Bytes(stream % 300));
    if (stream % 7 == 3) session->reset(stream);
    if (stream % 7 == 5) session->finish(stream);
  }
  void on_data(StreamId stream, ByteView bytes) override {
    got[stream] += bytes.size();
    LM_CHECK(got[stream] <= kYamuxWindow || stream % 2 == 0);
    if (stream % 2 == 0) session->consumed(stream, bytes.size());
    if (bytes[0] == 0x55) session->reset(stream);
  }
  void on_finished(StreamId stream) override { session->finish(stream); }
  void on_reset(StreamId) override {}
  void on_pong(std::uint32_t) override {}
  void on_go_away(std::uint32_t) override {}
  YamuxSession* session = nullptr;
  std::map<StreamId, std::size_t> got;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  for (const auto role : {YamuxSession::Role::client, YamuxSession::Role::server}) {
    Owner owner;
    YamuxSession session(role, owner);
    owner.session = &session;
    const auto own = session.open();
    LM_CHECK(own.has_value());
    session.write(*own, Bytes(1000));
    for (ByteView rest = bytes; !rest.empty();) {
      const std::size_t part = std::min<std::size_t>(rest.size(), 1 + data[0]);
      if (!session.on_bytes(rest.first(part)).ok()) break;
      rest = rest.subspan(part);
      LM_CHECK(session.streams() <= 2 * kYamuxStreamsMax);
    }
    // What it says is understood; with twice as much as asked at most.
    Bytes out;
    while (session.take_output(out, out.size() + 1)) {
    }
    ByteView rest = out;
    while (!rest.empty()) {
      LM_CHECK(rest.size() >= kYamuxHeaderBytes);
      const auto header = parse_yamux_header(rest.first(kYamuxHeaderBytes));
      LM_CHECK(header.ok());
      const std::size_t body = header->type == YamuxType::data ? header->length : 0;
      LM_CHECK(rest.size() >= kYamuxHeaderBytes + body);
      rest = rest.subspan(kYamuxHeaderBytes + body);
    }
  }
  return 0;
}
