// What an operator writes, and what he is told when it is wrong; keys and data folders.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "real/env/data_dir.hpp"
#include "real/env/posix_file.hpp"
#include "real/ops/daemon.hpp"
#include "real/ops/keystore.hpp"
#include "real/ops/quantity.hpp"
#include "real/ops/settings.hpp"
#include "tests/unit/real/scratch.hpp"

namespace lastmile::real {
namespace {

using testing::HasSubstr;

std::string mistake_in(std::string_view toml) {
  const auto settings = parse_settings(toml, "node.toml");
  return settings.ok() ? "" : settings.error().text;
}

TEST(Settings, nothing_written_means_the_defaults) {
  const auto settings = parse_settings("", "node.toml");
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->listen, std::vector<std::string>{"/ip4/127.0.0.1/tcp/4025"});
}

TEST(Settings, the_file_that_init_writes_is_valid_and_changes_nothing) {
  const std::string file = default_settings_file();
  EXPECT_EQ(mistake_in(file), "");
  // Every line that sets something, without its comment sign.
  std::string awake;
  for (std::size_t begin = 0; begin < file.size();) {
    const std::size_t end = file.find('\n', begin);
    std::string line = file.substr(begin, end - begin);
    const bool sets = line.starts_with("#") && !line.starts_with("# ");
    if ((sets && !line.starts_with("#random_seed")) || line.starts_with("[")) awake += line.substr(sets ? 1 : 0) + "\n";
    begin = end + 1;
  }
  EXPECT_EQ(mistake_in(awake), "") << awake;
}

TEST(Settings, an_unknown_key_is_named_with_its_line_and_the_nearest_key) {
  EXPECT_EQ(mistake_in("[p2p]\nlissten = \"\"\n"), "node.toml:2: unknown key p2p.lissten, did you mean p2p.listen?");
}

TEST(Settings, a_wrong_value_says_what_is_expected) {
  EXPECT_EQ(mistake_in("[limits]\nretries = \"ten\"\n"),
            "node.toml:2: limits.retries: expected a whole number, not negative, found 'ten'");
  for (const char* listen :
       {"localhost", "/dns4/example.org/tcp/1", "/ip4/192.0.2.7/udp/1", "/ip4/192.0.2.7/tcp/1/wss"}) {
    EXPECT_THAT(mistake_in("[p2p]\nlisten = [\"" + std::string(listen) + "\"]\n"),
                HasSubstr("node.toml:2: p2p.listen: expected a list of multiaddrs of /ip4 or /ip6 and /tcp"));
  }
  EXPECT_THAT(mistake_in("[p2p]\npeers = [\"nobody\"]\n"), HasSubstr("p2p.peers: expected a list of multiaddrs"));
  EXPECT_THAT(mistake_in("[p2p]\nsource_address = \"here\"\n"), HasSubstr("expected an IP address such as"));
  EXPECT_THAT(mistake_in("[storage]\nblock_cache = \"64 parsecs\"\n"), HasSubstr("expected a size such as"));
  EXPECT_THAT(mistake_in("[log]\nlevel = \"loud\"\n"), HasSubstr("one of trace, debug"));
}

TEST(Settings, signers_of_heads_reach_the_node) {
  const auto settings = parse_settings("[heads]\nsigners = [\"0xA\", \"tz1b\"]\n", "node.toml");
  ASSERT_TRUE(settings.ok()) << settings.error().text;
  EXPECT_TRUE(node_config(*settings).head_signers->contains("tz1b"));
  EXPECT_EQ(node_config(*settings).head_signers->size(), 2U);
  EXPECT_THAT(mistake_in("[heads]\nsigners = [\"two words\"]\n"), HasSubstr("heads.signers: expected a list"));
}

TEST(Settings, all_mistakes_are_told_in_the_order_of_the_lines_up_to_a_limit) {
  std::string toml = "[p2p]\n";
  for (int i = 0; i < 50; ++i) toml += "k" + std::to_string(i) + " = 1\n";
  const std::string told = mistake_in(toml);
  EXPECT_EQ(static_cast<std::size_t>(std::count(told.begin(), told.end(), '\n')) + 1, kSettingErrorsMax);
  EXPECT_THAT(told, testing::StartsWith("node.toml:2: unknown key p2p.k0"));
}

TEST(Settings, two_that_do_not_fit_together_are_both_named_wherever_they_come_from) {
  EXPECT_EQ(mistake_in("[limits]\ninbox_messages = 1000\n"),
            "settings: limits.inbox_messages_per_source (2000) is more than limits.inbox_messages (1000)");
  EXPECT_EQ(mistake_in("[p2p]\nkeepalive = \"60s\"\n"),
            "settings: p2p.keepalive (1min) is not less than p2p.silence_max (1min)");
  EXPECT_THAT(mistake_in("[limits]\npeer_queued_bytes = \"1GiB\"\n"), HasSubstr("p2p.send_buffer_max"));
  EXPECT_EQ(mistake_in("[p2p]\nstream_timeout = \"0s\"\n"), "settings: p2p.stream_timeout (0s) is less than 100ms");
  SettingSources sources;
  sources.flags = {"limits.inbox_messages_per_source=50"};
  EXPECT_TRUE(parse_settings("[limits]\ninbox_messages = 1000\n", "node.toml", sources).ok());
}

TEST(Settings, what_no_router_of_gossip_could_work_with_is_refused) {
  EXPECT_THAT(mistake_in("[limits]\ngossip_frame_bytes = \"1023B\"\n"), HasSubstr("limits.gossip_frame_bytes (1023)"));
  EXPECT_THAT(mistake_in("[intervals]\ngossip_heartbeat = \"7min\"\n"), HasSubstr("intervals.gossip_heartbeat"));
}

TEST(Settings, a_switch_without_the_reference_behaviour_is_refused_by_name) {
  const std::string told = mistake_in("[switches]\npending_before_signature = \"as_reference\"\n");
  EXPECT_THAT(told, HasSubstr("switches.pending_before_signature"));
  EXPECT_THAT(told, HasSubstr("docs/decisions/0124"));
  EXPECT_TRUE(parse_settings("[switches]\npending_before_signature = \"corrected\"\n", "node.toml", {}).ok());
}

TEST(Settings, broken_toml_is_an_error_with_line_and_column) {
  EXPECT_THAT(mistake_in("[network\nlisten = 1"), testing::StartsWith("node.toml:1:9: "));
}

TEST(Settings, a_flag_wins_over_the_environment_and_both_over_the_file) {
  SettingSources sources;
  sources.environment = {{"LASTMILE_LIMITS__RETRIES", "2"}, {"LASTMILE_NODE__THREADS", "3"}, {"LASTMILE_VECTORS", "x"}};
  sources.flags = {"node.threads=4"};
  const auto settings = parse_settings("[limits]\nretries = 1\n[node]\nthreads = 1\n", "node.toml", sources);
  ASSERT_TRUE(settings.ok()) << settings.error().text;
  EXPECT_EQ(settings->limits.retries, 2);
  EXPECT_EQ(settings->threads, 4U);
}

TEST(Settings, a_wrong_flag_or_variable_is_named) {
  SettingSources sources;
  sources.environment = {{"LASTMILE_NODE__THREADZ", "3"}};
  sources.flags = {"node.threads"};
  const auto settings = parse_settings("", "", sources);
  ASSERT_FALSE(settings.ok());
  EXPECT_THAT(settings.error().text, HasSubstr("LASTMILE_NODE__THREADZ: unknown key node.threadz"));
  EXPECT_THAT(settings.error().text, HasSubstr("--set node.threads: expected section.key=value"));
}

TEST(Quantity, sizes_and_lengths_read_back_what_they_show) {
  for (const std::uint64_t bytes : {0ULL, 1ULL, 1023ULL, 1024ULL, 33554432ULL, 3ULL << 40})
    EXPECT_EQ(parse_size(size_text(bytes)), bytes) << size_text(bytes);
  for (const std::int64_t ns : {0LL, 1LL, 5400000000000LL, 250000000LL})
    EXPECT_EQ(parse_duration(duration_text({ns})), Duration{ns}) << duration_text({ns});
  EXPECT_EQ(size_text(33554432), "32MiB");
  EXPECT_FALSE(parse_size("99999999999TiB"));
  EXPECT_FALSE(parse_duration("11 s"));
  EXPECT_FALSE(parse_duration(""));
}

TEST(Keystore, a_key_is_made_once_and_names_the_same_node_ever_after) {
  const Scratch folder;
  const auto made = NodeKey::create(folder.path());
  ASSERT_TRUE(made.ok());
  const auto loaded = NodeKey::load(folder.path());
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded->identity(), made->identity());
  EXPECT_FALSE(NodeKey::create(folder.path()).ok());
  EXPECT_EQ(NodeKey::load(folder.path())->identity(), made->identity());
}

TEST(Keystore, a_key_that_others_can_read_is_refused) {
  const Scratch folder;
  ASSERT_TRUE(NodeKey::create(folder.path()).ok());
  ASSERT_EQ(::chmod((folder.path() / "node.key").c_str(), 0640), 0);
  const auto loaded = NodeKey::load(folder.path());
  ASSERT_FALSE(loaded.ok());
  EXPECT_THAT(loaded.error().text, HasSubstr("can be read by others"));
}

TEST(Keystore, a_damaged_key_is_an_error_that_does_not_show_it) {
  const Scratch folder;
  folder.write("node.key", "5ec4e7", 0600);
  const auto loaded = NodeKey::load(folder.path());
  ASSERT_FALSE(loaded.ok());
  EXPECT_THAT(loaded.error().text, testing::Not(HasSubstr("5ec4e7")));
}

TEST(DataFolder, init_refuses_a_folder_in_use_and_open_one_of_another_schema) {
  const Scratch folder;
  const auto data = folder.path() / "data";
  ASSERT_TRUE(init_node(data).ok());
  const auto again = init_node(data);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().exit_code, kExitUsage);
  {
    const auto first = DataDir::open(data);
    ASSERT_TRUE(first.ok());
    const auto second = DataDir::open(data);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().kind, DataDirError::Kind::locked);
  }
  // 2: records of messages that do not say what they depend on. 3: values without a check.
  for (const char* version : {"2\n", "3\n", "99\n"}) {
    folder.write("data/VERSION", version);
    const auto other = DataDir::open(data);
    ASSERT_FALSE(other.ok()) << version;
    EXPECT_EQ(other.error().kind, DataDirError::Kind::migration) << version;
  }
}

TEST(Keystore, a_key_of_another_program_keeps_its_peer_id) {
  const Scratch scratch;
  const auto own = NodeKey::create(scratch.path());
  ASSERT_TRUE(own.ok()) << own.error().text;
  std::array<std::uint8_t, 32> seed{};
  seed.fill(9);
  const auto other = p2p::PrivateKey::from_ed25519_seed(seed);
  const Bytes form = other.serialised();
  const auto file = scratch.path() / "p2p.key";
  ASSERT_TRUE(write_file_durably(file, as_text(form), 0600).ok());
  const auto loaded = NodeKey::load(scratch.path());
  ASSERT_TRUE(loaded.ok()) << loaded.error().text;
  EXPECT_EQ(loaded->identity(), other.peer_id().text());
  EXPECT_EQ(loaded->account().address(), own->account().address());  // heads are still signed by the node's own key
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  EXPECT_THAT(NodeKey::load(scratch.path()).error().text, HasSubstr("can be read by others"));
  ASSERT_TRUE(write_file_durably(file, "not a key", 0600).ok());
  EXPECT_THAT(NodeKey::load(scratch.path()).error().text,
              HasSubstr("expected a private key of libp2p in protobuf form"));
}

}  // namespace
}  // namespace lastmile::real
