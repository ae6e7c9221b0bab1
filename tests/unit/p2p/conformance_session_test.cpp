// vectors/libp2p-multistream.json, libp2p-yamux.json and libp2p-session.json.
#include <algorithm>

#include "core/base/random.hpp"
#include "real/p2p/wire/multistream.hpp"
#include "real/p2p/wire/yamux_session.hpp"
#include "tests/unit/p2p/vectors.hpp"

namespace lastmile::p2p {
namespace {

using nlohmann::json;

class MultistreamVectors : public Vectors {
  void SetUp() override { read("libp2p-multistream.json"); }
};
class YamuxVectors : public Vectors {
  void SetUp() override { read("libp2p-yamux.json"); }
};
class SessionVectors : public Vectors {
  void SetUp() override { read("libp2p-session.json"); }
};

// All tokens that some bytes consist of, without the greeting.
std::vector<std::string> tokens_of(const Bytes& bytes) {
  std::vector<std::string> out;
  PrefixedReader reader(1024);
  ByteView rest = bytes;
  Bytes token;
  while (reader.next(rest, token) == PrefixedReader::State::message) {
    out.emplace_back(as_text(token).substr(0, token.size() - 1));
  }
  out.erase(out.begin());
  return out;
}

TEST_F(MultistreamVectors, tokens_are_written) {
  for (const json& entry : vectors_.at("tokens")) {
    Bytes out;
    append_token(out, text_in(entry, "text"));
    EXPECT_EQ(to_hex(out), text_in(entry, "hex"));
  }
  std::vector<std::string> protocols;
  for (const json& each : vectors_.at("lsReply").at("protocols")) protocols.push_back(each);
  EXPECT_EQ(to_hex(list_answer(protocols)), text_in(vectors_.at("lsReply"), "hex"));
}

TEST_F(MultistreamVectors, both_sides_send_what_others_send) {
  ASSERT_FALSE(vectors_.at("exchanges").empty());
  for (const json& entry : vectors_.at("exchanges")) {
    SCOPED_TRACE(text_in(entry, "what"));
    const Bytes dialer_bytes = unhex(entry.at("dialer")), listener_bytes = unhex(entry.at("listener"));
    const auto answers = tokens_of(listener_bytes);
    Negotiation dialer = Negotiation::dialer(tokens_of(dialer_bytes));
    const std::vector<std::string> accepted{answers.back()};
    Negotiation listener = Negotiation::listener(accepted);
    Bytes from_dialer = dialer.take_output(), from_listener = listener.take_output();
    for (const std::uint8_t byte : dialer_bytes) {  // one at a time
      ByteView one(&byte, 1);
      listener.feed(one);
      append(from_listener, listener.take_output());
    }
    ByteView all = listener_bytes;
    EXPECT_EQ(dialer.feed(all), Negotiation::State::agreed);
    EXPECT_TRUE(all.empty());
    append(from_dialer, dialer.take_output());
    EXPECT_EQ(to_hex(from_dialer), text_in(entry, "dialer"));
    EXPECT_EQ(to_hex(from_listener), text_in(entry, "listener"));
    EXPECT_EQ(dialer.protocol(), answers.back());
    EXPECT_EQ(listener.protocol(), answers.back());
  }
}

std::uint16_t flags_of(const json& names) {
  std::uint16_t out = 0;
  for (const json& name : names) {
    if (name == "SYN") out |= kYamuxSyn;
    if (name == "ACK") out |= kYamuxAck;
    if (name == "FIN") out |= kYamuxFin;
    if (name == "RST") out |= kYamuxRst;
  }
  return out;
}

YamuxType type_of(const std::string& name) {
  if (name == "Data") return YamuxType::data;
  if (name == "WindowUpdate") return YamuxType::window_update;
  return name == "Ping" ? YamuxType::ping : YamuxType::go_away;
}

class Silent : public YamuxOwner {
 public:
  void on_stream(StreamId) override {}
  void on_data(StreamId, ByteView) override {}
  void on_finished(StreamId) override {}
  void on_reset(StreamId) override {}
  void on_pong(std::uint32_t) override {}
  void on_go_away(std::uint32_t) override {}
};

TEST_F(YamuxVectors, headers_are_read_and_written) {
  for (const json& entry : vectors_.at("frames")) {
    SCOPED_TRACE(text_in(entry, "what"));
    const YamuxHeader header{type_of(text_in(entry, "type")), flags_of(entry.at("flags")),
                             entry.at("streamId").get<std::uint32_t>(), entry.at("length").get<std::uint32_t>()};
    const Bytes bytes = unhex(entry.at("hex"));
    const auto parsed = parse_yamux_header(ByteView(bytes).first(kYamuxHeaderBytes));
    ASSERT_TRUE(parsed.ok()) << parsed.error().text;
    EXPECT_EQ(*parsed, header);
    Bytes written;
    append_yamux_header(written, header);
    EXPECT_EQ(to_hex(written), to_hex(ByteView(bytes).first(kYamuxHeaderBytes)));
    const std::size_t body = header.type == YamuxType::data ? header.length : 0;
    EXPECT_EQ(bytes.size(), kYamuxHeaderBytes + body);
  }
}

TEST_F(YamuxVectors, a_session_ends_at_what_is_no_frame) {
  for (const json& entry : vectors_.at("invalid")) {
    Silent owner;
    YamuxSession session(YamuxSession::Role::server, owner);
    EXPECT_FALSE(session.on_bytes(unhex(entry.at("hex"))).ok()) << entry.at("why");
    Bytes out;
    session.take_output(out, 1000);
    EXPECT_EQ(to_hex(out), "000300000000000000000001");  // go away, protocol error
  }
}

// What one side of the recorded session brought, per stream, with 'F' and 'R' for its end.
class Recorder final : public Silent {
 public:
  void on_data(StreamId stream, ByteView bytes) override { got[stream] += to_hex(bytes); }
  void on_finished(StreamId stream) override { got[stream] += 'F'; }
  void on_reset(StreamId stream) override { got[stream] += 'R'; }
  std::map<StreamId, std::string> got;
};

TEST_F(SessionVectors, one_side_of_a_recorded_session_is_understood_however_it_is_cut) {
  for (const bool from_dialer : {true, false}) {
    const Bytes bytes = unhex(vectors_.at(from_dialer ? "dialerSent" : "listenerSent"));
    const json& frames = vectors_.at(from_dialer ? "dialerFrames" : "listenerFrames");
    // The frames themselves.
    Bytes again;
    std::map<StreamId, std::string> wanted;
    std::size_t opened = 0;
    for (const json& each : frames) {
      const YamuxHeader header{type_of(text_in(each, "type")), each.at("flags").get<std::uint16_t>(),
                               each.at("streamId").get<std::uint32_t>(), each.at("length").get<std::uint32_t>()};
      append_yamux_header(again, header);
      if (each.contains("data")) append(again, unhex(each.at("data")));
      if (each.contains("data") && !text_in(each, "data").empty()) wanted[header.stream] += text_in(each, "data");
      if (header.has(kYamuxFin)) wanted[header.stream] += 'F';
      if (header.has(kYamuxRst)) wanted[header.stream] += 'R';
      if (!from_dialer && header.stream % 2 == 1) opened = std::max<std::size_t>(opened, header.stream);
      if (from_dialer && header.stream % 2 == 0) opened = std::max<std::size_t>(opened, header.stream);
    }
    EXPECT_EQ(to_hex(again), to_hex(bytes));
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Recorder owner;
      YamuxSession session(from_dialer ? YamuxSession::Role::server : YamuxSession::Role::client, owner);
      for (std::size_t i = 0; i < (opened + 1) / 2; ++i) ASSERT_TRUE(session.open().has_value());
      Generator luck(seed);
      for (ByteView rest = bytes; !rest.empty();) {
        const std::size_t part = std::min<std::size_t>(rest.size(), 1 + luck.below(seed == 1 ? 1 : 60));
        const auto taken = session.on_bytes(rest.first(part));
        ASSERT_TRUE(taken.ok()) << taken.error().text;
        rest = rest.subspan(part);
      }
      EXPECT_EQ(owner.got, wanted);
    }
  }
}

}  // namespace
}  // namespace lastmile::p2p
