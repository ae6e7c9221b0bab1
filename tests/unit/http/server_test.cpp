// The edge: what every route has in common, and clients without manners (http-api.md 0, 13).
#include <gmock/gmock.h>

#include <atomic>
#include <set>

#include "tests/unit/http/served_node.hpp"

namespace lastmile::http {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class HttpServer : public ServedNode {
 protected:
  // What the server says to these bytes until it closes.
  std::string say(const std::string& bytes) const {
    HttpClient one = client();
    one.send(bytes);
    std::string said;
    for (std::string piece = one.receive(); !piece.empty(); piece = one.receive()) said += piece;
    return said;
  }
};

TEST_F(HttpServer, a_connection_serves_many_requests) {
  open();
  HttpClient one = client();
  std::set<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.insert(one.get("/version").header("x-request-id"));
  EXPECT_EQ(ids.size(), 3U);
  EXPECT_EQ(one.get("/version").body, R"({"version":"1.2.3"})");
  // Two at once, answered in order.
  one.send("GET /version HTTP/1.1\r\nHost: n\r\n\r\nGET /nothing HTTP/1.1\r\nHost: n\r\n\r\n");
  EXPECT_EQ(one.answer().status, 200);
  EXPECT_EQ(one.answer().status, 404);
}

TEST_F(HttpServer, unknown_paths_and_methods) {
  open();
  HttpClient one = client();
  EXPECT_EQ(one.get("/nothing").body, "404: Not Found");
  const Answer wrong = one.post("/version", "{}");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.body, "405: Method Not Allowed");
  EXPECT_EQ(wrong.header("allow"), "GET,HEAD");
  EXPECT_EQ(client().get("/api/v0/messages").header("allow"), "POST");
  HttpClient other = client();
  other.send("DELETE /version HTTP/1.1\r\nHost: n\r\n\r\n");
  EXPECT_EQ(other.answer().status, 405);
}

TEST_F(HttpServer, head_is_get_without_a_body) {
  open();
  HttpClient one = client();
  const Answer get = one.get("/api/v0/messages.json");
  const Answer head = one.head("/api/v0/messages.json");
  EXPECT_EQ(head.status, get.status);
  EXPECT_EQ(head.header("content-length"), get.header("content-length"));
  EXPECT_EQ(head.header("content-type"), get.header("content-type"));
  EXPECT_EQ(one.head("/nothing").status, 404);
  EXPECT_EQ(one.get("/version").status, 200);
}

TEST_F(HttpServer, every_origin_may_ask) {
  open();
  HttpClient one = client();
  const Answer plain = one.get("/version");
  EXPECT_EQ(plain.header("access-control-allow-origin"), "");
  const Answer asked = one.get("/version", "Origin: https://a.example\r\n");
  EXPECT_EQ(asked.header("access-control-allow-origin"), "https://a.example");
  EXPECT_NE(asked.header("access-control-expose-headers"), "");
  EXPECT_EQ(one.get("/api/v0/messages/x", "Origin: https://a.example\r\n").header("access-control-allow-origin"),
            "https://a.example");
  EXPECT_EQ(one.get("/nothing", "Origin: https://a.example\r\n").header("access-control-allow-origin"), "");
  const auto options = [&](const std::string& path, const std::string& headers) {
    one.send("OPTIONS " + path + " HTTP/1.1\r\nHost: n\r\n" + headers + "\r\n");
    return one.answer();
  };
  const Answer preflight = options("/api/v0/messages",
                                   "Origin: https://a.example\r\nAccess-Control-Request-Method: POST\r\n"
                                   "Access-Control-Request-Headers: content-type\r\n");
  EXPECT_EQ(preflight.status, 200);
  EXPECT_EQ(preflight.header("access-control-allow-methods"), "POST");
  EXPECT_EQ(preflight.header("access-control-allow-headers"), "CONTENT-TYPE");
  EXPECT_EQ(options("/api/v0/messages", "").status, 403);
  EXPECT_EQ(options("/api/v0/messages", "Origin: o\r\nAccess-Control-Request-Method: GET\r\n").status, 403);
}

TEST_F(HttpServer, bodies_are_bounded_by_route) {
  open();
  EXPECT_EQ(client().post("/api/v0/messages", std::string(kJsonBodyMax + 1, ' ')).status, 413);
  // The length is believed before the body comes.
  EXPECT_THAT(say("POST /api/v0/messages HTTP/1.1\r\nHost: n\r\nContent-Length: 99999999999\r\n\r\n"),
              HasSubstr("413 Request Entity Too Large"));
  // In chunks nothing is promised.
  std::string chunks = "POST /api/v0/messages HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 20; ++i) chunks += "10000\r\n" + std::string(0x10000, ' ') + "\r\n";
  EXPECT_THAT(say(chunks + "0\r\n\r\n"), HasSubstr("413 Request Entity Too Large"));
}

TEST_F(HttpServer, a_body_in_chunks_is_read) {
  open();
  HttpClient one = client();
  one.send(
      "POST /api/v0/storage/add_json HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2\r\n[1\r\n3\r\n,2]\r\n0\r\n\r\n");
  EXPECT_EQ(one.answer().status, 200);
}

TEST_F(HttpServer, who_expects_to_be_asked_is_asked) {
  open();
  HttpClient one = client();
  one.send("POST /api/v0/storage/add_json HTTP/1.1\r\nHost: n\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(one.take(25), "HTTP/1.1 100 Continue\r\n\r\n");
  one.send("{}");
  EXPECT_EQ(one.answer().status, 200);
}

TEST_F(HttpServer, what_is_no_http_is_refused) {
  open();
  EXPECT_THAT(say("nonsense\r\n\r\n"), HasSubstr("400 Bad Request"));
  EXPECT_THAT(say("GET version HTTP/1.1\r\nHost: n\r\n\r\n"), HasSubstr("400 Bad Request"));
  EXPECT_THAT(say("POST /api/v0/messages HTTP/1.1\r\nHost: n\r\nContent-Length: -1\r\n\r\n"),
              HasSubstr("400 Bad Request"));
  EXPECT_THAT(say("GET /version HTTP/1.1\r\nA: " + std::string(40000, 'x') + "\r\n\r\n"), HasSubstr("431 "));
  EXPECT_EQ(client().get("/version").status, 200);
}

TEST_F(HttpServer, slow_clients_are_cut_off) {
  Limits limits;
  limits.header_timeout = milliseconds(200);
  limits.body_timeout = milliseconds(200);
  open(limits);
  EXPECT_EQ(say("GET /version HTT"), "");
  // A length that is never reached.
  EXPECT_EQ(say("POST /api/v0/messages HTTP/1.1\r\nHost: n\r\nContent-Length: 100\r\n\r\n{"), "");
  // Drop by drop: every one in time, all of them too slow.
  HttpClient one = client();
  one.send("POST /api/v0/messages HTTP/1.1\r\nHost: n\r\nContent-Length: 1000000\r\n\r\n");
  std::atomic<bool> cut{false};
  std::thread drops([&] {
    while (!cut) {
      one.send(" ");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  EXPECT_EQ(one.receive(), "");
  cut = true;
  drops.join();
}

TEST_F(HttpServer, one_client_may_not_take_everything) {
  Limits limits;
  limits.requests_per_second = 1;
  limits.request_burst = 3;
  limits.connections_per_client = 2;
  open(limits, false, {"127.0.0.1"});
  HttpClient one = client();
  const auto ask = [&](const std::string& who) { return one.get("/version", "X-Forwarded-For: " + who + "\r\n"); };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask("10.0.0.1").status, 200);
  const Answer limited = ask("6.6.6.6, 10.0.0.1");  // what the client invents before his address is not believed
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.header("retry-after"), "1");
  EXPECT_EQ(ask("10.0.0.2").status, 200);
}

TEST_F(HttpServer, connections_of_one_client_are_bounded) {
  Limits limits;
  limits.connections_per_client = 2;
  open(limits);
  HttpClient one = client();
  HttpClient two = client();
  EXPECT_EQ(one.get("/version").status, 200);
  EXPECT_EQ(two.get("/version").status, 200);
  HttpClient three = client();
  EXPECT_EQ(three.get("/version").status, 0);
}

TEST_F(HttpServer, stopping_answers_what_is_under_way) {
  Limits limits;
  limits.sync_wait = seconds(2);
  open(limits);
  HttpClient idle = client();
  EXPECT_EQ(idle.get("/health/ready").status, 200);
  while (service_->in_flight() != 0) std::this_thread::yield();
  HttpClient busy = client();
  // A content that nobody has is waited for as long as it may be.
  const auto missing = message_of(kAda, message::Type::POST, R"("type":"note","content":1)");
  auto apart = missing;
  apart.item_content.reset();
  apart.item_type = message::ItemType::storage;
  const std::string body = publication(apart);
  busy.send("POST /api/v0/messages HTTP/1.1\r\nHost: n\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
            body);
  while (service_->in_flight() == 0) std::this_thread::yield();
  loop_.post([this] { service_->stop_accepting(); });
  EXPECT_EQ(idle.receive(), "");  // closed
  const Answer answer = busy.answer();
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.header("connection"), "close");
}

TEST_F(HttpServer, an_address_in_use_is_named) {
  open();
  ServiceOptions options;
  options.server.listen = address();
  real::Loop other;
  Router router;
  const auto second = Server::open(other, loop_, router, options.server);
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.error().text, HasSubstr(address()));
  options.server.listen = "localhost";
  EXPECT_FALSE(Server::open(other, loop_, router, options.server).ok());
}

TEST_F(HttpServer, what_is_described_is_served_and_the_reverse) {
  open();
  HttpClient one = client();
  const json document = one.get("/openapi.json").json();
  std::set<std::string> described;
  for (const auto& [path, methods] : document["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      described.insert(method + " " + path);
      // Asked for by any value it is not unknown.
      std::string target = path;
      for (std::size_t at = target.find('{'); at != std::string::npos; at = target.find('{')) {
        target.replace(at, target.find('}') - at + 1, "x");
      }
      HttpClient fresh = client();
      const Answer answer = method == "get" ? fresh.get(target) : fresh.post(target, "x");
      EXPECT_NE(answer.status, 0) << target;
      EXPECT_NE(answer.status, 405) << target;
      EXPECT_FALSE(service_->router().find(method == "get" ? Method::get : Method::post, target).route == nullptr);
      EXPECT_LT(answer.status, method == "get" ? 500 : 600) << target;
    }
  }
  std::set<std::string> served;
  for (const Route& route : service_->router().routes()) {
    served.insert((route.method == Method::get ? "get " : "post ") + route.path);
  }
  EXPECT_EQ(described, served);
  // Those that clients of the network call on their normal path (http-api.md 1).
  for (const char* path :
       {"post /api/v0/messages", "get /api/v0/messages.json", "get /api/v0/messages/{hash}",
        "get /api/v0/aggregates/{address}.json", "get /api/v0/posts.json", "post /api/v0/storage/add_file",
        "post /api/v0/storage/add_json", "get /api/v0/storage/raw/{file_hash}", "get /api/v0/storage/{file_hash}",
        "get /api/ws0/messages"}) {
    EXPECT_TRUE(described.contains(path)) << path;
  }
}

TEST_F(HttpServer, figures_are_told_under_the_names_that_monitoring_knows) {
  open();
  HttpClient one = client();
  EXPECT_EQ(one.post("/api/v0/messages", publication(post_of(kAda, "1"))).status, 200);
  const json figures = one.get("/metrics.json").json();
  EXPECT_EQ(figures["pyaleph_status_sync_messages_total"], 1);
  EXPECT_EQ(figures["pyaleph_build_info"]["version"], "1.2.3");
  EXPECT_TRUE(figures["pyaleph_status_chain_eth_last_committed_height"].is_null());
  const std::string text = one.get("/metrics").body;
  EXPECT_THAT(text, HasSubstr("pyaleph_status_sync_messages_total 1\n"));
  EXPECT_THAT(text, HasSubstr("lastmile_http_requests_total{route=\"/api/v0/messages\",code=\"200\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("lastmile_http_connections 1\n"));
  EXPECT_THAT(one.get("/").body, HasSubstr("1.2.3"));
  EXPECT_EQ(one.get("/api/v0/info/public.json").json()["node_multi_addresses"], json::array());
  EXPECT_EQ(one.get("/health/live").status, 200);
  EXPECT_EQ(one.get("/health/startup").status, 200);
}

}  // namespace
}  // namespace lastmile::http
