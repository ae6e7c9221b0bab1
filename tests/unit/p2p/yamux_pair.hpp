// Two Yamux sessions joined by nothing but bytes, and owners that write down what they were told.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "real/p2p/wire/yamux_session.hpp"

namespace lastmile::p2p {

class YamuxLog final : public YamuxOwner {
 public:
  explicit YamuxLog(YamuxSession::Role role) : session(role, *this) {}
  void on_stream(StreamId stream) override { opened.push_back(stream); }
  void on_data(StreamId stream, ByteView bytes) override {
    got[stream] += as_text(bytes);
    if (reads) session.consumed(stream, bytes.size());
  }
  void on_finished(StreamId stream) override { finished.insert(stream); }
  void on_reset(StreamId stream) override { reset.insert(stream); }
  void on_pong(std::uint32_t value) override { pongs.push_back(value); }
  void on_go_away(std::uint32_t reason) override { went_away.push_back(reason); }

  bool reads = true;
  std::vector<StreamId> opened;
  std::map<StreamId, std::string> got;
  std::set<StreamId> finished, reset;
  std::vector<std::uint32_t> pongs, went_away;
  YamuxSession session;
};

struct YamuxPair {
  YamuxLog client{YamuxSession::Role::client}, server{YamuxSession::Role::server};

  // Until neither has anything to say.
  void run() {
    for (bool busy = true; busy;) {
      busy = false;
      for (auto [from, to] : {std::pair{&client, &server}, std::pair{&server, &client}}) {
        Bytes out;
        if (!from->session.take_output(out, 100000)) continue;
        busy = true;
        const auto taken = to->session.on_bytes(out);
        ASSERT_TRUE(taken.ok()) << taken.error().text;
      }
    }
  }
};

inline Bytes yamux_frame(YamuxType type, std::uint16_t flags, std::uint32_t stream, std::uint32_t length,
                         std::size_t body = 0) {
  Bytes out;
  append_yamux_header(out, {type, flags, stream, length});
  out.resize(out.size() + body, 'x');
  return out;
}

}  // namespace lastmile::p2p
