// Publishing and reading back through the API of a node in this process (http-api.md 3, 4, 6).
#include <gmock/gmock.h>

#include <set>

#include "tests/unit/http/served_node.hpp"

namespace lastmile::http {
namespace {

using message::Type;
using nlohmann::json;
using testing::StartsWith;

class HttpMessages : public ServedNode {
 protected:
  void SetUp() override { open(); }
  json publish(const message::Envelope& envelope, int status = 200) {
    HttpClient one = client();
    const Answer answer = one.post("/api/v0/messages", publication(envelope));
    EXPECT_EQ(answer.status, status) << answer.body;
    return answer.json();
  }
  json get(const std::string& target) {
    HttpClient one = client();
    const Answer answer = one.get(target);
    EXPECT_EQ(answer.status, 200) << target << ": " << answer.body;
    return answer.json();
  }
  int status_of(const std::string& target) {
    HttpClient one = client();
    return one.get(target).status;
  }
};

TEST_F(HttpMessages, a_post_is_published_and_read_back) {
  const auto post = post_of(kAda, R"({"a":1})");
  const json said = publish(post);
  EXPECT_EQ(said,
            json::parse(R"({"publication_status":{"status":"success","failed":[]},"message_status":"processed"})"));
  const json found = get("/api/v0/messages/" + post.item_hash.text());
  EXPECT_EQ(found["status"], "processed");
  EXPECT_FALSE(found["message"].contains("size"));
  EXPECT_EQ(found["message"]["content"]["content"], json::parse(R"({"a":1})"));
  EXPECT_EQ(found["message"]["item_content"], *post.item_content);
  EXPECT_EQ(found["message"]["time"], 1.7e9);
  const json listed = get("/api/v0/messages.json?hashes=" + post.item_hash.text());
  EXPECT_EQ(listed["pagination_total"], 1);
  EXPECT_EQ(listed["messages"][0]["size"], post.item_content->size());
  const std::set<std::string> fields{"item_hash", "type",         "chain",        "sender", "signature",
                                     "item_type", "item_content", "content",      "time",   "channel",
                                     "size",      "confirmed",    "confirmations"};
  std::set<std::string> given;
  for (const auto& [name, value] : listed["messages"][0].items()) given.insert(name);
  EXPECT_EQ(given, fields);  // strict clients refuse any other
  EXPECT_EQ(get("/api/v0/messages/" + post.item_hash.text() + "/content"), json::parse(R"({"a":1})"));
  EXPECT_EQ(get("/api/v0/messages/" + post.item_hash.text() + "/status")["status"], "processed");
}

TEST_F(HttpMessages, a_message_again_is_processed_at_once_and_stands_once) {
  const auto post = post_of(kAda, "1");
  publish(post);
  EXPECT_EQ(publish(post)["message_status"], "processed");
  EXPECT_EQ(get("/api/v0/messages.json")["pagination_total"], 1);
}

TEST_F(HttpMessages, without_sync_it_is_accepted_and_durable) {
  const auto post = post_of(kAda, "1");
  HttpClient one = client();
  const Answer answer = one.post("/api/v0/messages", publication(post, false));
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.json()["message_status"], "pending");
  EXPECT_EQ(get("/api/v0/messages/" + post.item_hash.text())["status"], "processed");
}

TEST_F(HttpMessages, a_forged_signature_is_refused_with_its_reason) {
  auto post = post_of(kAda, "1");
  post.signature = kAda.sign("POST", std::string(64, '0'));
  EXPECT_EQ(publish(post, 422)["message_status"], "rejected");
  const json found = get("/api/v0/messages/" + post.item_hash.text());
  EXPECT_EQ(found["status"], "rejected");
  EXPECT_EQ(found["error_code"], 1);
  EXPECT_EQ(found["message"]["sender"], kAda.address());
  post.signature.reset();
  EXPECT_EQ(publish(post, 422)["message_status"], "rejected");
  HttpClient one = client();
  EXPECT_EQ(one.post("/api/v0/messages", publication(post, false)).status, 202);  // nobody waits for the verdict
}

TEST_F(HttpMessages, what_waits_says_so_and_comes_good) {
  const auto original = post_of(kAda, R"({"v":1})");
  const auto amend = post_of(kAda, R"({"v":2})", 1.7e9 + 1, "amend", ",\"ref\":\"" + original.item_hash.text() + "\"");
  EXPECT_EQ(publish(amend, 202)["message_status"], "pending");
  const json waiting = get("/api/v0/messages/" + amend.item_hash.text());
  EXPECT_EQ(waiting["status"], "pending");
  EXPECT_EQ(waiting["messages"][0]["item_hash"], amend.item_hash.text());
  EXPECT_THAT(waiting["messages"][0]["time"].get<std::string>(), testing::EndsWith("Z"));
  publish(original);
  const json v1 = get("/api/v1/posts.json")["posts"];
  ASSERT_EQ(v1.size(), 1U);
  EXPECT_EQ(v1[0]["content"], json::parse(R"({"v":2})"));
  EXPECT_EQ(v1[0]["item_hash"], amend.item_hash.text());
  EXPECT_EQ(v1[0]["original_item_hash"], original.item_hash.text());
  EXPECT_EQ(v1[0]["created"], "2023-11-14T22:13:20+00:00");
  EXPECT_EQ(v1[0]["last_updated"], "2023-11-14T22:13:21+00:00");
  const json v0 = get("/api/v0/posts.json?hashes=" + original.item_hash.text())["posts"][0];
  EXPECT_EQ(v0["type"], "amend");
  EXPECT_EQ(v0["original_type"], "note");
  EXPECT_EQ(v0["hash"], original.item_hash.text());
  EXPECT_EQ(v0["original_signature"], *original.signature);
  EXPECT_EQ(v0["signature"], *amend.signature);
}

TEST_F(HttpMessages, malformed_publications_are_422) {
  const auto post = post_of(kAda, "1");
  std::string wrong_hash = publication(post);
  wrong_hash.replace(wrong_hash.find(post.item_hash.text()), 4, "0000");
  struct Case {
    std::string body;
    std::string said;
  };
  const std::vector<Case> cases{{"no json", "422: Unprocessable Entity"},
                                {"[]", "["},
                                {"{}", "["},
                                {R"({"message":1})", "InvalidMessageFormat"},
                                {R"({"message":{},"sync":"yes"})", "["},
                                {R"({"message":{}})", "InvalidMessageFormat"},
                                {wrong_hash, "InvalidMessageFormat"}};
  for (const Case& one : cases) {
    HttpClient connection = client();
    const Answer answer = connection.post("/api/v0/messages", one.body);
    EXPECT_EQ(answer.status, 422) << one.body;
    EXPECT_THAT(answer.body, StartsWith(one.said)) << one.body;
  }
}

TEST_F(HttpMessages, old_clients_publish_on_a_topic) {
  const auto post = post_of(kAda, "1");
  const auto body = [&](const std::string& topic, const std::string& data) {
    return "{\"topic\":\"" + topic + "\",\"data\":" + data + "}";
  };
  std::string text;
  message::append_json_string(text, message::serialize_envelope(post));
  for (const char* path : {"/api/v0/ipfs/pubsub/pub", "/api/v0/p2p/pubsub/pub"}) {
    HttpClient one = client();
    EXPECT_EQ(one.post(path, body("OTHER", text)).status, 403);
    EXPECT_EQ(one.post(path, body("ALEPH-TEST", message::serialize_envelope(post))).status, 422);  // an object
    EXPECT_EQ(one.post(path, body("ALEPH-TEST", "\"{}\"")).status, 422);
    const Answer good = one.post(path, body("ALEPH-TEST", text));
    EXPECT_EQ(good.status, 200);
    EXPECT_EQ(good.json(), json::parse(R"({"status":"success","failed":[]})"));
  }
}

TEST_F(HttpMessages, filters_are_anded_and_their_values_ored) {
  for (int i = 0; i < 6; ++i) {
    publish(post_of(i % 2 == 0 ? kAda : kBob, std::to_string(i), 1.7e9 + i, i < 3 ? "early" : "late"));
  }
  const auto total = [&](const std::string& query) {
    return get("/api/v0/messages.json?" + query)["pagination_total"].get<int>();
  };
  EXPECT_EQ(total("addresses=" + kAda.address()), 3);
  EXPECT_EQ(total("addresses=" + kAda.address() + "," + kBob.address()), 6);
  EXPECT_EQ(total("addresses=" + kAda.address() + "&contentTypes=early"), 2);
  EXPECT_EQ(total("chains=SOL"), 3);
  EXPECT_EQ(total("channels="), 0);
  EXPECT_EQ(total("msgType=AGGREGATE"), 0);
  EXPECT_EQ(total("msgTypes=AGGREGATE,POST"), 6);
  EXPECT_EQ(total("msgType=POST&msgTypes=AGGREGATE"), 0);
  EXPECT_EQ(total("startDate=1700000002&endDate=1700000004"), 2);
  EXPECT_EQ(total("message_statuses=processed&sort_order=1"), 6);
  EXPECT_EQ(status_of("/api/v0/messages.json?msgType=NONE"), 422);
  EXPECT_EQ(status_of("/api/v0/messages.json?chains="), 422);
  EXPECT_EQ(status_of("/api/v0/messages.json?startDate=2&endDate=1"), 422);
  EXPECT_EQ(status_of("/api/v0/messages.json?msgStatuses=forgotten,processed"), 400);
  EXPECT_EQ(status_of("/api/v0/messages.json?msgStatuses=forgotten&cursor="), 400);
  EXPECT_EQ(status_of("/api/v0/messages.json?msgStatuses=forgotten&tags=a"), 400);
  const json headers = get("/api/v0/messages.json?contentFormat=headers&pagination=1")["messages"][0];
  EXPECT_EQ(headers["content"], (json{{"address", kBob.address()}, {"type", "late"}}));
  EXPECT_FALSE(get("/api/v0/messages.json?excludeContent=true&pagination=1")["messages"][0].contains("content"));
}

TEST_F(HttpMessages, pages_and_cursors_give_everything_once_and_in_order) {
  constexpr int kPosts = 25;
  for (int i = 0; i < kPosts; ++i) publish(post_of(kAda, std::to_string(i), 1.7e9 + i / 3));  // times that are equal
  std::vector<std::string> paged;
  for (int page = 1; page <= 4; ++page) {
    const json found = get("/api/v0/messages.json?pagination=7&page=" + std::to_string(page));
    EXPECT_EQ(found["pagination_total"], kPosts);
    EXPECT_EQ(found, get("/api/v0/messages/page/" + std::to_string(page) + ".json?pagination=7"));
    for (const json& one : found["messages"]) paged.push_back(one["item_hash"]);
  }
  EXPECT_EQ(paged.size(), static_cast<std::size_t>(kPosts));
  for (const char* list : {"messages", "posts"}) {
    std::vector<std::string> walked;
    std::string cursor;
    do {
      const json found = get("/api/v0/" + std::string(list) + ".json?pagination=7&cursor=" + cursor);
      EXPECT_FALSE(found.contains("pagination_total"));
      for (const json& one : found[list]) walked.push_back(one["item_hash"]);
      cursor = found["next_cursor"].is_null() ? "" : found["next_cursor"].get<std::string>();
    } while (!cursor.empty());
    EXPECT_EQ(walked, paged) << list;
  }
  EXPECT_EQ(get("/api/v0/messages.json?pagination=0")["messages"].size(), static_cast<std::size_t>(kPosts));
  EXPECT_EQ(get("/api/v0/messages.json?page=100")["messages"].size(), 0U);
  EXPECT_EQ(status_of("/api/v0/messages/page/x.json"), 400);
  EXPECT_EQ(status_of("/api/v0/messages/page/0.json"), 422);
}

TEST_F(HttpMessages, aggregates_are_merged_and_listed) {
  publish(message_of(kAda, Type::AGGREGATE, R"("key":"profile","content":{"name":"Ada","n":1})"));
  publish(message_of(kAda, Type::AGGREGATE, R"("key":"other","content":{"x":true})"));
  const std::string path = "/api/v0/aggregates/" + kAda.address() + ".json";
  EXPECT_EQ(get(path)["data"], json::parse(R"({"profile":{"name":"Ada","n":1},"other":{"x":true}})"));
  EXPECT_EQ(get(path + "?keys=other,none")["data"], json::parse(R"({"other":{"x":true}})"));
  EXPECT_EQ(get(path + "?keys=other&value_only=true"), json::parse(R"({"x":true})"));
  const json info = get(path + "?keys=profile&with_info=true")["info"]["profile"];
  EXPECT_EQ(info["created"], "2023-11-14T22:13:20+00:00");
  EXPECT_EQ(status_of(path + "?keys=none"), 404);
  EXPECT_EQ(status_of("/api/v0/aggregates/0xnobody.json"), 404);
  EXPECT_EQ(status_of(path + "?with_info=maybe"), 422);
  const json all = get("/api/v0/aggregates?keys=profile");
  EXPECT_EQ(all["pagination_total"], 1);
  EXPECT_EQ(all["aggregates"][0]["address"], kAda.address());
  EXPECT_EQ(status_of("/api/v0/aggregates?pagination=501"), 422);
}

TEST_F(HttpMessages, authorizations_are_found_from_both_ends) {
  publish(message_of(kAda, Type::AGGREGATE,
                     R"("key":"security","content":{"authorizations":[{"address":")" + kBob.address() +
                         R"(","types":["POST"],"channels":["TEST"]}]})"));
  const json granted = get("/api/v0/authorizations/granted/" + kAda.address() + ".json");
  EXPECT_EQ(granted["authorizations"][kBob.address()], json::parse(R"([{"types":["POST"],"channels":["TEST"]}])"));
  EXPECT_EQ(granted["pagination_total"], 1);
  const json received = get("/api/v0/authorizations/received/" + kBob.address() + ".json");
  EXPECT_EQ(received["authorizations"].begin().key(), kAda.address());
  EXPECT_EQ(get("/api/v0/authorizations/granted/" + kAda.address() + ".json?types=STORE")["authorizations"].size(), 0U);
  EXPECT_EQ(get("/api/v0/authorizations/received/0xnobody.json")["authorizations"], json::object());
}

TEST_F(HttpMessages, what_was_forgotten_leaves_a_skeleton) {
  const auto post = post_of(kAda, R"("secret")");
  publish(post);
  const auto forget = message_of(kAda, Type::FORGET, R"("hashes":[")" + post.item_hash.text() + R"("],"reason":"r")");
  publish(forget);
  const json found = get("/api/v0/messages/" + post.item_hash.text());
  EXPECT_EQ(found["status"], "forgotten");
  EXPECT_EQ(found["forgotten_by"], json{forget.item_hash.text()});
  EXPECT_FALSE(found["message"].contains("item_content"));
  const json list = get("/api/v0/messages.json?msgStatuses=forgotten");
  ASSERT_EQ(list["messages"].size(), 1U);
  EXPECT_EQ(list["messages"][0]["status"], "forgotten");
  EXPECT_EQ(list["messages"][0]["owner"], kAda.address());
  EXPECT_EQ(status_of("/api/v0/messages/" + post.item_hash.text() + "/content"), 422);
  EXPECT_EQ(status_of("/api/v0/price/" + post.item_hash.text()), 410);
  EXPECT_EQ(publish(post, 422)["message_status"], "rejected");  // for good
}

TEST_F(HttpMessages, hashes_are_checked) {
  EXPECT_EQ(status_of("/api/v0/messages/nonsense"), 400);
  EXPECT_EQ(status_of("/api/v0/messages/" + std::string(64, '0')), 404);
  EXPECT_EQ(status_of("/api/v0/price/nonsense"), 400);
}

TEST_F(HttpMessages, addresses_tell_what_they_did) {
  publish(post_of(kAda, "1"));
  publish(message_of(kAda, Type::AGGREGATE, R"("key":"k","content":{})"));
  EXPECT_EQ(get("/api/v0/channels/list.json"), json::parse(R"({"channels":["TEST"]})"));
  EXPECT_EQ(get("/api/v0/addresses/" + kAda.address() + "/post_types")["post_types"], json{"note"});
  EXPECT_EQ(get("/api/v0/addresses/" + kAda.address() + "/channels")["channels"], json{"TEST"});
  const json counts = get("/api/v0/addresses/stats.json?addresses[]=" + kAda.address())["data"][kAda.address()];
  EXPECT_EQ(counts["messages"], 2);
  EXPECT_EQ(counts["aggregate"], 1);
  publish(post_of(kBob, "1"));
  const json v1 = get("/api/v1/addresses/stats.json?pagination=1&cursor=");
  EXPECT_EQ(v1["data"].begin().key(), kAda.address());
  const json next = get("/api/v1/addresses/stats.json?pagination=1&cursor=" + v1["next_cursor"].get<std::string>());
  EXPECT_EQ(next["data"].begin().key(), kBob.address());
  EXPECT_TRUE(next["next_cursor"].is_null());
  EXPECT_EQ(status_of("/api/v0/addresses/" + kAda.address() + "/files"), 404);
  const json balance = get("/api/v0/addresses/" + kAda.address() + "/balance");
  EXPECT_EQ(balance["balance"], 0);
  EXPECT_EQ(balance["credit_balance"], 0);
  EXPECT_TRUE(balance["credit_balance_details"].is_null());
  EXPECT_EQ(status_of("/api/v0/addresses/" + kAda.address() + "/balance?chain=NONE"), 422);
  EXPECT_EQ(get("/api/v0/balances")["balances"], json::array());
  EXPECT_EQ(get("/api/v0/credit_balances?cursor=")["credit_balances"], json::array());
  EXPECT_EQ(get("/api/v0/messages/hashes?hash_only=false")["hashes"].size(), 3U);
  EXPECT_EQ(status_of("/api/v0/programs/on/message?other=1"), 400);
}

TEST_F(HttpMessages, a_store_has_a_price_before_it_is_published) {
  const std::string content = test::content_of(
      kAda.address(), R"("item_type":"storage","item_hash":")" + std::string(64, 'a') + R"(","estimated_size_mib":3)");
  std::string text;
  message::append_json_string(text, content);
  HttpClient one = client();
  const Answer answer =
      one.post("/api/v0/price/estimate",
               R"({"message":{"type":"STORE","item_type":"inline","item_hash":"x","item_content":)" + text + "}}");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json price = answer.json();
  EXPECT_EQ(price["payment_type"], "hold");
  EXPECT_EQ(price["charged_address"], kAda.address());
  ASSERT_EQ(price["detail"].size(), 1U);
  EXPECT_EQ(price["detail"][0]["type"], "STORAGE");
  EXPECT_EQ(price["detail"][0]["size_mib"], 3);
  EXPECT_EQ(price["cost"], "0.999999999000000000");  // 3 MiB of 0.333333333 tokens (messages.md 7.4)
  EXPECT_EQ(price["required_tokens"], 0.999999999);
}

}  // namespace
}  // namespace lastmile::http
