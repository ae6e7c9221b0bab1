// Subscriptions: history, then what becomes processed, nothing twice and nothing missed (http-api.md 5).
#include <gmock/gmock.h>

#include <set>

#include "tests/unit/http/served_node.hpp"

namespace lastmile::http {
namespace {

using nlohmann::json;

// Frames of the server; the client's own are short and masked with zeros.
class Subscription {
 public:
  Subscription(const std::string& address, const std::string& query) : client_(address) {
    client_.send("GET /api/ws0/messages" + query +
                 " HTTP/1.1\r\nHost: n\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    answer_ = client_.answer();
  }
  const Answer& answer() const { return answer_; }

  struct Frame {
    int code = -1;  // 1 text, 8 close, 9 ping; -1: the connection is gone
    std::string bytes;
  };
  Frame frame() {
    const std::string head = client_.take(2);
    if (head.size() < 2) return {};
    std::size_t length = static_cast<unsigned char>(head[1]);
    if (length >= 126) {
      const std::string wide = client_.take(length == 126 ? 2 : 8);
      length = 0;
      for (const char c : wide) length = length << 8 | static_cast<unsigned char>(c);
    }
    return {head[0] & 0x0f, client_.take(length)};
  }
  json next() {
    const Frame got = frame();
    EXPECT_EQ(got.code, 1);
    return json::parse(got.bytes, nullptr, false);
  }
  void send(int code, const std::string& text) {
    std::string bytes{static_cast<char>(0x80 | code), static_cast<char>(0x80 | text.size()), 0, 0, 0, 0};
    client_.send(bytes + text);
  }

 private:
  HttpClient client_;
  Answer answer_;
};

class HttpSockets : public ServedNode {
 protected:
  std::string publish(const message::Envelope& envelope) {
    HttpClient one = client();
    EXPECT_EQ(one.post("/api/v0/messages", publication(envelope)).status, 200);
    return envelope.item_hash.text();
  }
};

TEST_F(HttpSockets, history_comes_oldest_first_and_then_what_is_new) {
  open();
  std::vector<std::string> hashes;
  for (int i = 0; i < 5; ++i) hashes.push_back(publish(post_of(kAda, std::to_string(i), 1.7e9 + i)));
  Subscription all(address(), "?history=3");
  ASSERT_EQ(all.answer().status, 101);
  for (int i = 2; i < 5; ++i) {
    const json frame = all.next();
    EXPECT_EQ(frame["item_hash"], hashes[static_cast<std::size_t>(i)]);
    EXPECT_TRUE(frame.contains("size"));
  }
  const std::string live = publish(post_of(kAda, R"({"tags":["x"]})", 1.7e9 + 9));
  const json frame = all.next();
  EXPECT_EQ(frame["item_hash"], live);
  EXPECT_FALSE(frame.contains("size"));
  EXPECT_EQ(frame["content"]["content"], json::parse(R"({"tags":["x"]})"));
}

TEST_F(HttpSockets, filters_hold_for_live_messages) {
  open();
  Subscription bobs(address(), "?history=0&addresses=" + kBob.address());
  Subscription tagged(address(), "?history=0&tags=x&msgTypes=POST&contentFormat=none&endDate=1");
  ASSERT_EQ(tagged.answer().status, 101);
  // Both are known to the node once an answer of it has come behind them.
  EXPECT_EQ(client().get("/version").status, 200);
  publish(post_of(kAda, "1"));
  const std::string of_bob = publish(post_of(kBob, "2"));
  const std::string with_tag = publish(post_of(kAda, R"({"tags":["y","x"]})", 1.7e9 + 1));
  EXPECT_EQ(bobs.next()["item_hash"], of_bob);
  const json frame = tagged.next();
  EXPECT_EQ(frame["item_hash"], with_tag);  // dates are not looked at
  EXPECT_FALSE(frame.contains("content"));
}

TEST_F(HttpSockets, who_subscribes_in_the_middle_gets_every_message_once) {
  open();
  constexpr int kPosts = 40;
  std::thread writer([&] {
    HttpClient one = client();
    for (int i = 0; i < kPosts; ++i) {
      EXPECT_EQ(one.post("/api/v0/messages", publication(post_of(kAda, std::to_string(i), 1.7e9 + i))).status, 200);
    }
  });
  std::vector<std::unique_ptr<Subscription>> all;
  for (int i = 0; i < 5; ++i) all.push_back(std::make_unique<Subscription>(address(), "?history=199"));
  writer.join();
  for (const auto& one : all) {
    std::set<std::string> seen;
    for (int i = 0; i < kPosts; ++i) EXPECT_TRUE(seen.insert(one->next()["item_hash"]).second);
  }
}

TEST_F(HttpSockets, a_wrong_subscription_is_refused_before_the_upgrade) {
  open();
  EXPECT_EQ(Subscription(address(), "?history=200").answer().status, 422);
  EXPECT_EQ(Subscription(address(), "?msgType=NONE").answer().status, 422);
  EXPECT_EQ(client().get("/api/ws0/messages").status, 426);
}

TEST_F(HttpSockets, there_is_a_limit_and_it_is_told) {
  Limits limits;
  limits.sockets = 1;
  open(limits);
  Subscription one(address(), "?history=0");
  Subscription two(address(), "?history=0");
  EXPECT_EQ(two.answer().status, 101);
  const auto closed = two.frame();
  EXPECT_EQ(closed.code, 8);
  ASSERT_GE(closed.bytes.size(), 2U);
  EXPECT_EQ(static_cast<unsigned char>(closed.bytes[0]) << 8 | static_cast<unsigned char>(closed.bytes[1]), 1013);
  EXPECT_EQ(closed.bytes.substr(2), "Too many connections");
}

TEST_F(HttpSockets, what_clients_say_is_ignored_and_pings_are_answered) {
  Limits limits;
  limits.socket_idle = milliseconds(400);
  open(limits);
  Subscription one(address(), "?history=0");
  one.send(1, "hello");
  one.send(9, "are you there");
  const auto pong = one.frame();
  EXPECT_EQ(pong.code, 10);
  EXPECT_EQ(pong.bytes, "are you there");
  EXPECT_EQ(one.frame().code, 9);  // and the server asks too
}

TEST_F(HttpSockets, a_reader_who_does_not_read_is_cut_off) {
  Limits limits;
  limits.socket_queue_bytes = 200'000;
  limits.requests_per_second = 0;
  open(limits);
  Subscription lazy(address(), "?history=0");
  EXPECT_EQ(client().get("/version").status, 200);
  HttpClient one = client();
  const std::string large = "\"" + std::string(150'000, 'x') + "\"";
  std::uint64_t cut = 0;
  for (int i = 0; i < 100 && cut == 0; ++i) {  // the system keeps some megabytes for him
    EXPECT_EQ(one.post("/api/v0/messages", publication(post_of(kAda, large, 1.7e9 + i))).status, 200);
    const std::string figures = one.get("/metrics").body;
    cut = figures.find("lastmile_http_sockets_cut_total 1") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(cut, 1U);
}

TEST_F(HttpSockets, subscribers_are_told_when_the_node_stops) {
  open();
  Subscription one(address(), "?history=0");
  EXPECT_EQ(client().get("/version").status, 200);
  loop_.post([this] { service_->stop_accepting(); });
  EXPECT_EQ(one.frame().code, 8);
}

}  // namespace
}  // namespace lastmile::http
