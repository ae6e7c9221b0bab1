// Small parts of operation, each by itself: thresholds, lists, keys, one changed setting, lines that are too many.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "real/ops/disk_watch.hpp"
#include "real/ops/key_files.hpp"
#include "real/ops/log.hpp"
#include "real/ops/maintenance.hpp"
#include "real/ops/peer_lists.hpp"
#include "real/ops/settings.hpp"
#include "real/ops/settings_edit.hpp"
#include "tests/unit/real/scratch.hpp"

namespace lastmile::real {
namespace {

TEST(DiskWatch, GoesDownAtOnceAndUpWithRoomToSpare) {
  const DiskThresholds thresholds{.warn_bytes = 1000, .min_bytes = 100};
  using enum DiskState;
  EXPECT_EQ(next_disk_state(enough, 1000, thresholds), enough);
  EXPECT_EQ(next_disk_state(enough, 999, thresholds), low);
  EXPECT_EQ(next_disk_state(enough, 99, thresholds), full);
  EXPECT_EQ(next_disk_state(low, 100, thresholds), low);
  EXPECT_EQ(next_disk_state(full, 100, thresholds), full);
  EXPECT_EQ(next_disk_state(full, 109, thresholds), full);
  EXPECT_EQ(next_disk_state(full, 110, thresholds), low);
  EXPECT_EQ(next_disk_state(full, 5000, thresholds), enough);
  EXPECT_EQ(next_disk_state(enough, 0, {}), enough) << "thresholds of 0 never hold";
}

TEST(Maintenance, DoesOneThingAtATimeAndIsBrokenOff) {
  Loop loop;
  Maintenance maintenance(loop);
  std::vector<std::string> answers;
  const auto note = [&](Result<nlohmann::json> result) {
    answers.push_back(result.ok() ? result->dump() : result.error().text);
  };
  maintenance.start(
      "a check",
      [](Cancelled& cancelled) -> Result<nlohmann::json> {
        while (!cancelled) std::this_thread::yield();
        return Error{"broken off"};
      },
      note);
  maintenance.start("a backup", [](Cancelled&) -> Result<nlohmann::json> { return nlohmann::json(1); }, note);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0], "a check is under way; one at a time");
  maintenance.cancel();
  while (answers.size() < 2) loop.run_one(milliseconds(10));
  EXPECT_EQ(answers[1], "broken off");
  maintenance.start("a backup", [](Cancelled&) -> Result<nlohmann::json> { return nlohmann::json(1); }, note);
  EXPECT_EQ(answers.back(), "this node is stopping");
}

TEST(Maintenance, GoesOnWithTheNextPiece) {
  Loop loop;
  Maintenance maintenance(loop);
  int sum = 0;
  for (int i = 1; i <= 3; ++i) {
    const int wanted = sum + i;
    maintenance.start(
        "a sum", [i](Cancelled&) -> Result<nlohmann::json> { return nlohmann::json(i); },
        [&](Result<nlohmann::json> result) { sum += result->get<int>(); });
    while (sum < wanted) loop.run_one(milliseconds(10));
  }
  EXPECT_EQ(sum, 6);
}

TEST(PeerLists, OutliveTheProcess) {
  const Scratch scratch;
  auto lists = PeerLists::load(scratch.path()).value();
  EXPECT_TRUE(lists.add("a@192.0.2.1:1").value());
  EXPECT_FALSE(lists.add("a@192.0.2.1:1").value());
  EXPECT_TRUE(lists.ban("b").value());
  EXPECT_TRUE(lists.ban("c").value());
  EXPECT_TRUE(lists.unban("b").value());
  EXPECT_FALSE(lists.unban("b").value());
  const auto again = PeerLists::load(scratch.path()).value();
  EXPECT_EQ(again.added(), (PeerLists::Entries{"a@192.0.2.1:1"}));
  EXPECT_EQ(again.banned(), (PeerLists::Entries{"c"}));
}

TEST(PeerLists, TakeNoEntryThatWouldBeTwo) {
  const Scratch scratch;
  auto lists = PeerLists::load(scratch.path()).value();
  for (const std::string& wrong : {std::string(), std::string("a\nb"), std::string("a b"), std::string(300, 'x')}) {
    EXPECT_FALSE(lists.ban(wrong).ok()) << wrong;
  }
  EXPECT_TRUE(PeerLists::load(scratch.path()).value().banned().empty());
}

TEST(KeyFiles, ReadEveryFormThatTheyWrite) {
  crypto::PrivateKey key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i * 7 + 1);
  for (const KeyFormat format : {KeyFormat::hex, KeyFormat::libp2p}) {
    const auto back = parse_key(write_key(key, format));
    ASSERT_TRUE(back.ok()) << back.error().text;
    EXPECT_EQ(*back, key);
  }
}

TEST(KeyFiles, ReadTheProtobufOfOthers) {
  // Seed and public key of RFC 8032, section 7.1, test 1.
  const std::string text =
      "08011240"
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
  const auto bytes = from_hex(text).value();
  const auto key = parse_key(as_text(bytes));
  ASSERT_TRUE(key.ok()) << key.error().text;
  EXPECT_EQ(to_hex(*key), text.substr(8, 64));
  EXPECT_EQ(KeyFiles::address(*key), "FVen3X669xLzsi6N2V91DoiyzHzg1uAgqiT8jZ9nS96Z");
  auto wrong = bytes;
  wrong.back() ^= 1;
  EXPECT_FALSE(parse_key(as_text(wrong)).ok());
}

TEST(SettingsEdit, KeepsWhatPeopleWrote) {
  const std::string before = "# mine\n[p2p]\n# where\n#listen = \"x\"\n\n[log]\nlevel = \"info\"  # for now\n";
  EXPECT_EQ(with_setting(before, "log.level", "debug").value(),
            "# mine\n[p2p]\n# where\n#listen = \"x\"\n\n[log]\nlevel = \"debug\"\n");
  EXPECT_EQ(with_setting(before, "p2p.listen", "/ip4/127.0.0.1/tcp/5").value(),
            "# mine\n[p2p]\n# where\nlisten = [\"/ip4/127.0.0.1/tcp/5\"]\n\n[log]\nlevel = \"info\"  # for now\n");
  EXPECT_EQ(with_setting(before, "log.format", "json").value(), before + "format = \"json\"\n");
  EXPECT_EQ(with_setting(before, "node.threads", "3").value(), before + "\n[node]\nthreads = 3\n");
  EXPECT_EQ(with_setting("", "node.threads", "3").value(), "[node]\nthreads = 3\n");
}

TEST(SettingsEdit, EveryKeyOfANewFileCanBeSet) {
  const std::string fresh = default_settings_file();
  const auto changed = with_setting(fresh, "limits.retries", "3");
  ASSERT_TRUE(changed.ok()) << changed.error().text;
  EXPECT_EQ(parse_settings(*changed, "file").value().limits.retries, 3);
  EXPECT_EQ(std::count(changed->begin(), changed->end(), '\n'), std::count(fresh.begin(), fresh.end(), '\n'));
}

TEST(SettingsEdit, LeavesAloneWhatItDoesNotUnderstand) {
  const auto refused = with_setting("p2p.peers = [\n\"a@192.0.2.1:1\"\n]\n", "p2p.peers", "b@192.0.2.1:1");
  EXPECT_FALSE(refused.ok());
  const auto several = with_setting("[p2p]\npeers = [\n\"a@192.0.2.1:1\"\n]\n", "p2p.peers", "b@192.0.2.1:1");
  EXPECT_FALSE(several.ok());
}

TEST(LogLines, OfOneKindAreFewAMinuteWhateverPeersDo) {
  int written = 0;
  for (int i = 0; i < 1000; ++i) written += may_log(LogKind::peer_refused).has_value() ? 1 : 0;
  EXPECT_EQ(written, 20);
  EXPECT_TRUE(may_log(LogKind::chain_answer).has_value()) << "other kinds have room of their own";
}

}  // namespace
}  // namespace lastmile::real
