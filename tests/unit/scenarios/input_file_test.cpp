// Files that a user names: whatever they are, the program answers at once.
#include "scenarios/engine/text/input_file.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "scenarios/engine/model/load.hpp"
#include "scenarios/engine/traffic/envelope_file.hpp"
#include "tests/unit/scenarios/sample.hpp"

namespace lastmile::scenario::test {
namespace {

namespace fs = std::filesystem;

class InputFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "lastmile-input-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  ~InputFile() override { fs::remove_all(folder_); }
  std::string at(const char* name) const { return folder_ + "/" + name; }
  static std::string found(const std::string& path) {
    const auto opened = open_input(path);
    return opened.ok() ? "a file" : opened.error().text;
  }
  std::string folder_;
};

TEST_F(InputFile, IsReadToItsEnd) {
  const std::string text(200'000, 'x');
  std::ofstream(at("large")) << text;
  const auto opened = open_input(at("large"));
  ASSERT_TRUE(opened.ok()) << opened.error().text;
  const std::string read{std::istreambuf_iterator<char>(**opened), {}};
  EXPECT_EQ(read, text);
  EXPECT_FALSE((*opened)->bad());
}

TEST_F(InputFile, ThatIsNoneIsNamedAtOnce) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  EXPECT_EQ(found(at("pipe")), "a pipe") << "nobody writes into it, and nobody waits";
  EXPECT_EQ(found("/dev/zero"), "a device");
  EXPECT_EQ(found("/"), "a folder");
  EXPECT_EQ(found(at("nowhere")), "no such file");
  fs::create_symlink("itself", at("itself"));
  EXPECT_EQ(found(at("itself")), "one that cannot be read (Too many levels of symbolic links)");
}

TEST_F(InputFile, ThatIsASocketIsNamed) {
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  at("socket").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(found(at("socket")), "a socket");
  ::close(listener);
}

TEST_F(InputFile, OfAnotherUserIsNamed) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  std::ofstream(at("secret")) << "x";
  fs::permissions(at("secret"), fs::perms::none);
  EXPECT_EQ(found(at("secret")), "one that cannot be read (Permission denied)");
}

// A mistake in a file of envelopes is one of the scenario that names it.
TEST_F(InputFile, OfTrafficIsReadBeforeTheRun) {
  std::ofstream(at("bad.jsonl")) << "{}\n";
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  for (const auto& [file, says] : {std::pair("bad.jsonl", ":1: expected a message envelope"),
                                   std::pair("pipe", ": expected a file with envelopes, found a pipe")}) {
    Scenario scenario = sample({std::string(R"(/traffic=[{"name":"old","rate":"1/s","file":")") + at(file) + "\"}]"});
    Findings findings;
    EXPECT_FALSE(load_envelopes(scenario, findings));
    ASSERT_EQ(findings.total(), 1U);
    EXPECT_EQ(findings.list().front().place, "/traffic/0/file");
    EXPECT_TRUE(findings.list().front().text.starts_with(at(file) + says)) << findings.list().front().text;
  }
}

}  // namespace
}  // namespace lastmile::scenario::test
