// What a node's answers and a network's failures come to, without either.
#include <gtest/gtest.h>

#include <deque>
#include <nlohmann/json.hpp>

#include "tools/cli/api.hpp"
#include "tools/cli/exit_status.hpp"

namespace lastmile::tools {
namespace {

using Reply = Result<HttpAnswer, HttpFailure>;

class ScriptedClient final : public HttpClient {
 public:
  Reply send(const HttpRequest& request) override {
    urls.push_back(request.method + " " + request.url);
    bodies.push_back(request.body);
    if (replies.empty()) return HttpFailure{"nothing more was planned", false, false};
    Reply reply = std::move(replies.front());
    replies.pop_front();
    if (reply.ok() && reply->status == 200 && request.sink) request.sink(as_bytes(reply->body));
    return reply;
  }
  std::deque<Reply> replies;
  std::vector<std::string> urls;
  std::vector<std::string> bodies;
};

Reply answer(int status, std::string body = "{}", std::string type = "application/json",
             std::uint32_t retry_after = 0) {
  return HttpAnswer{status, std::move(type), std::move(body), retry_after};
}
Reply unreachable() { return HttpFailure{"cannot connect", false, false}; }
Reply silence() { return HttpFailure{"the connection ended", true, false}; }

class ApiTest : public testing::Test {
 protected:
  ScriptedClient http_;
  std::vector<int> pauses_;
  Api api_{http_, "http://node", [this](int ms) { pauses_.push_back(ms); }};
  message::Envelope envelope_;
};

TEST_F(ApiTest, TriesWhatPassesAndWaitsLongerEachTime) {
  http_.replies = {unreachable(), answer(503), answer(429, "", "text/plain", 7), answer(200, R"({"a":1})")};
  const auto value = api_.get("/x");
  ASSERT_TRUE(value.ok()) << value.error().text;
  EXPECT_EQ((*value)["a"], 1);
  EXPECT_EQ(pauses_, (std::vector<int>{500, 1000, 7000}));
}

TEST_F(ApiTest, GivesUpAfterFourTries) {
  http_.replies = {answer(503), answer(503), answer(503), answer(503), answer(200)};
  const auto value = api_.get("/x");
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.error().status, kCliFailed);
  EXPECT_EQ(value.error().http, 503);
  EXPECT_EQ(http_.urls.size(), static_cast<std::size_t>(kTriesMax));
}

TEST_F(ApiTest, AWaitThatANodeAsksForHasALimit) {
  http_.replies = {answer(429, "", "text/plain", 3600), answer(200)};
  EXPECT_TRUE(api_.get("/x").ok());
  EXPECT_EQ(pauses_, (std::vector<int>{30000}));
}

TEST_F(ApiTest, DoesNotRepeatWhatANodeRefuses) {
  http_.replies = {answer(404, "404: Not Found", "text/plain")};
  const auto value = api_.get("/x");
  ASSERT_FALSE(value.ok());
  EXPECT_NE(value.error().text.find("http://node/x: the node answered 404: 404: Not Found"), std::string::npos);
  EXPECT_NE(value.error().hint.find("--api"), std::string::npos);
  EXPECT_EQ(http_.urls.size(), 1U);
}

TEST_F(ApiTest, SilenceAfterAMessageWasSentIsUnknownAndNotAFailure) {
  http_.replies = {silence(), unreachable(), unreachable(), unreachable()};
  const auto sent = api_.publish(envelope_, true);
  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().status, kCliUnknown);
  http_.replies = {unreachable(), unreachable(), unreachable(), unreachable()};
  const auto unsent = api_.publish(envelope_, true);
  ASSERT_FALSE(unsent.ok());
  EXPECT_EQ(unsent.error().status, kCliFailed) << "nobody can have got it";
}

TEST_F(ApiTest, ADownloadThatBrokeIsNotBegunAgain) {
  http_.replies = {silence(), answer(200, "bytes")};
  std::string got;
  const auto sink = [&](ByteView piece) {
    got += as_text(piece);
    return true;
  };
  EXPECT_FALSE(api_.download("/x", "", sink, {}).ok());
  EXPECT_EQ(got, "");
  http_.replies = {answer(503), answer(200, "bytes")};
  EXPECT_TRUE(api_.download("/x", "", sink, {}).ok());
  EXPECT_EQ(got, "bytes");
}

TEST_F(ApiTest, OutcomesOfAMessage) {
  http_.replies = {answer(200), answer(202)};
  EXPECT_EQ(api_.publish(envelope_, true)->status, "processed");
  EXPECT_EQ(api_.publish(envelope_, false)->status, "pending");
  EXPECT_NE(http_.bodies[0].find(R"("sync":true})"), std::string::npos);
  EXPECT_NE(http_.bodies[1].find(R"("sync":false})"), std::string::npos);
  http_.replies = {answer(422), answer(200, R"({"status":"rejected","error_code":5,"details":{"x":1}})")};
  const auto rejected = api_.publish(envelope_, true);
  ASSERT_TRUE(rejected.ok());
  EXPECT_EQ(rejected->error_code, 5);
  EXPECT_NE(rejected->detail.find(R"({"x":1})"), std::string::npos);
  http_.replies = {answer(422, "InvalidMessageFormat", "text/plain"), answer(404, "", "text/plain")};
  const auto unknown = api_.publish(envelope_, true);
  ASSERT_TRUE(unknown.ok());
  EXPECT_FALSE(unknown->has_code);
  EXPECT_EQ(unknown->detail, "InvalidMessageFormat");
}

TEST_F(ApiTest, AnOldNodeTakesTheMessageAsText) {
  http_.replies = {answer(405, "", "text/plain"), answer(200, R"({"status":"warning","failed":["ipfs"]})")};
  const auto sent = api_.publish(envelope_, true);
  ASSERT_TRUE(sent.ok()) << sent.error().text;
  EXPECT_EQ(sent->status, "pending");
  EXPECT_EQ(http_.urls.back(), "POST http://node/api/v0/ipfs/pubsub/pub");
  const auto body = nlohmann::json::parse(http_.bodies.back());
  EXPECT_TRUE(body["data"].is_string());
  EXPECT_EQ(nlohmann::json::parse(body["data"].get<std::string>())["chain"], "ETH");
}

TEST_F(ApiTest, AnUploadWithoutANameIsARefusal) {
  const FormPart part{"file", "", "x", {}, {}};
  http_.replies = {answer(422, "InvalidMessageFormat", "text/plain")};
  EXPECT_FALSE(api_.add_file("/up", part, "{}", {}).ok());
  http_.replies = {answer(422, R"({"status":"success","hash":"abc"})")};
  const auto stored = api_.add_file("/up", part, "{}", {});
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(*stored, "abc");
  EXPECT_EQ(api_.uploaded().status, "rejected");
  http_.replies = {answer(200, "{\"hash\":")};
  EXPECT_FALSE(api_.add_file("/up", part, {}, {}).ok());
}

TEST(UrlPart, EscapesWhatHasAMeaning) {
  EXPECT_EQ(url_part("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(url_part("a/b?c d%\xc3\xa9"), "a%2Fb%3Fc%20d%25%C3%A9");
}

}  // namespace
}  // namespace lastmile::tools
