// The admin socket against clients that behave and clients that do not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>

#include "real/env/loop.hpp"
#include "real/ops/admin_client.hpp"
#include "real/ops/admin_request.hpp"
#include "real/ops/admin_server.hpp"
#include "tests/unit/real/scratch.hpp"

namespace lastmile::real {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// A server on a thread of its own.
class Admin : public testing::Test {
 protected:
  static constexpr Duration kPatience = seconds(20);

  void open(AdminLimits limits = {}) {
    auto server = AdminServer::open(loop_, socket(), limits);
    ASSERT_TRUE(server.ok()) << server.error().text;
    server_ = *std::move(server);
    server_->add("echo", "gives back", [](const json& request, AdminServer::Reply reply) { reply(request); });
    server_->add("text", "needs a text", [](const json& request, AdminServer::Reply reply) {
      reply(json(request.at("text").get_ref<const std::string&>()));
    });
    server_->add("never", "does not answer",
                 [this](const json&, AdminServer::Reply reply) { kept_.push_back(std::move(reply)); });
    server_->add("long", "a megabyte",
                 [](const json&, AdminServer::Reply reply) { reply(json(std::string(1 << 20, 'x'))); });
    thread_ = std::thread([this] { loop_.run(); });
  }
  void TearDown() override {
    if (!thread_.joinable()) return;
    loop_.post([this] {
      kept_.clear();
      server_.reset();
      loop_.stop();
    });
    thread_.join();
  }
  std::filesystem::path socket() const { return folder_.path() / "admin.sock"; }
  AdminClient client() {
    auto connected = AdminClient::connect(socket());
    EXPECT_TRUE(connected.ok());
    return *std::move(connected);
  }

  // A client without manners: sends bytes, and reads until the server closes or `lines` lines came.
  std::string raw(const std::string& bytes, std::size_t lines) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket().c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t n = ::send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;
      sent += static_cast<std::size_t>(n);
    }
    std::string got;
    char piece[4096];
    while (static_cast<std::size_t>(std::count(got.begin(), got.end(), '\n')) < lines) {
      const ssize_t n = ::recv(fd, piece, sizeof piece, 0);
      if (n <= 0) break;
      got.append(piece, static_cast<std::size_t>(n));
    }
    ::close(fd);
    return got;
  }

  Scratch folder_;
  Loop loop_;
  std::unique_ptr<AdminServer> server_;
  std::vector<AdminServer::Reply> kept_;
  std::thread thread_;
};

TEST_F(Admin, answers_a_command_with_its_id) {
  open();
  auto asks = client();
  const auto answer = asks.ask("echo", {{"x", 5}}, kPatience);
  ASSERT_TRUE(answer.ok()) << answer.error().text;
  EXPECT_EQ(answer->at("x"), 5);
}

TEST_F(Admin, only_owner_and_group_may_open_the_socket) {
  open();
  struct stat info{};
  ASSERT_EQ(::stat(socket().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0660U);
}

TEST_F(Admin, an_unknown_command_and_a_missing_field_are_errors_of_the_question_alone) {
  open();
  auto asks = client();
  EXPECT_THAT(asks.ask("ehco", kPatience).error().text, HasSubstr("unknown command ehco"));
  EXPECT_FALSE(asks.ask("text", kPatience).ok());
  EXPECT_FALSE(asks.ask("text", {{"text", 7}}, kPatience).ok());
  EXPECT_TRUE(asks.ask("text", {{"text", "here"}}, kPatience).ok());
}

TEST_F(Admin, rubbish_is_refused_line_by_line_and_the_connection_stays) {
  open();
  const std::string got = raw(
      "\xff\xfe\n[1]\n{\"command\":1}\n" + std::string(100000, '[') + "\n{\"id\":{\"a\":[]},\"command\":\"echo\"}\n",
      5);
  EXPECT_EQ(std::count(got.begin(), got.end(), '\n'), 5);
  EXPECT_THAT(got, HasSubstr("nested deeper than 32"));
  EXPECT_THAT(got, HasSubstr("\"ok\":true"));
}

TEST_F(Admin, a_line_without_end_is_cut_off_with_a_reason) {
  AdminLimits limits;
  limits.line_bytes = 1000;
  open(limits);
  const std::string got = raw(std::string(300000, 'x'), 2);
  EXPECT_THAT(got, HasSubstr("longer than 1000 bytes"));
  EXPECT_EQ(std::count(got.begin(), got.end(), '\n'), 1);  // then it closed
}

TEST_F(Admin, more_connections_than_allowed_are_closed_and_the_first_ones_live) {
  AdminLimits limits;
  limits.connections = 2;
  open(limits);
  auto first = client(), second = client();
  ASSERT_TRUE(first.ask("echo", kPatience).ok());
  ASSERT_TRUE(second.ask("echo", kPatience).ok());
  auto third = client();
  EXPECT_FALSE(third.ask("echo", kPatience).ok());
  EXPECT_TRUE(first.ask("echo", kPatience).ok());
}

TEST_F(Admin, a_client_that_never_reads_is_cut_off_at_the_limit) {
  AdminLimits limits;
  limits.answer_bytes = 4 << 20;
  open(limits);
  auto greedy = client();
  for (int i = 0; i < 64; ++i) greedy.post("long", json::object());
  // 64 MiB are asked for; what the kernel does not take and the limit does not allow ends the connection.
  Result<Unit> sent = greedy.pump();
  const auto begun = std::chrono::steady_clock::now();
  std::string got = raw("{\"command\":\"echo\"}\n", 1);  // the server is alive
  EXPECT_THAT(got, HasSubstr("\"ok\":true"));
  while (sent.ok() && std::chrono::steady_clock::now() - begun < std::chrono::seconds(20)) sent = greedy.pump();
  EXPECT_FALSE(sent.ok());
}

TEST_F(Admin, questions_of_a_client_that_left_are_answered_to_nobody) {
  open();
  {
    auto leaves = client();
    leaves.post("never", json::object());
    ASSERT_TRUE(leaves.pump().ok());
    ASSERT_TRUE(leaves.ask("echo", kPatience).ok());
  }
  auto stays = client();
  ASSERT_TRUE(stays.ask("echo", kPatience).ok());
  loop_.post([this] {
    for (auto& reply : kept_) reply(json("too late"));
    kept_.clear();
  });
  EXPECT_TRUE(stays.ask("echo", kPatience).ok());
}

TEST_F(Admin, a_socket_left_by_a_dead_process_is_replaced_and_one_in_use_is_not) {
  open();
  Loop other;
  const auto second = AdminServer::open(other, socket());
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.error().text, HasSubstr("answers on this socket already"));

  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string dead = (folder_.path() / "dead.sock").string();
  std::strncpy(address.sun_path, dead.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(fd);
  EXPECT_TRUE(AdminServer::open(other, dead).ok());
}

TEST(AdminRequest, gives_back_the_id_also_of_what_it_refuses) {
  json id;
  const auto refused = parse_admin_request(R"({"id": 9, "command": 3})", 32, id);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(id, 9);
  EXPECT_EQ(refused.error().text, "expected a text \"command\"");
}

TEST(AdminRequest, names_the_field_that_is_missing_or_of_another_kind) {
  const json request{{"text", "a"},    {"flag", true},    {"number", -5},
                     {"large", ~0ULL}, {"broken", 1e300}, {"list", {1, 2}}};
  EXPECT_EQ(*text_field(request, "text"), "a");
  EXPECT_EQ(text_field(request, "envelope").error().text, "envelope: expected a text");
  EXPECT_EQ(text_field(request, "number").error().text, "number: expected a text");
  EXPECT_EQ(text_field(json(5), "hash").error().text, "hash: expected a text") << "no object at all";
  EXPECT_TRUE(*flag_field(request, "flag", false));
  EXPECT_TRUE(*flag_field(request, "absent", true));
  EXPECT_EQ(flag_field(request, "text", false).error().text, "text: expected true or false");
  EXPECT_EQ(*whole_field(request, "number", 0), -5);
  EXPECT_EQ(*whole_field(request, "absent", 7), 7);
  for (const char* name : {"large", "broken", "text"}) EXPECT_FALSE(whole_field(request, name, 0).ok()) << name;
  EXPECT_EQ(list_field(request, "list", 2)->size(), 2U);
  EXPECT_EQ(list_field(request, "list", 1).error().text, "list: expected a list of at most 1");
  EXPECT_TRUE(list_field(request, "absent", 1)->empty());
}

}  // namespace
}  // namespace lastmile::real
