// What lies on the disks of nodes that are handed files: what is owned stays, what is refused goes, and nothing fills a
// disk (docs/decisions/0122).
#include <gtest/gtest.h>

#include <set>

#include "core/gossip/content.hpp"
#include "tests/signed.hpp"
#include "tests/sim/two_nodes.hpp"

namespace lastmile::sim::test {
namespace {

using lastmile::test::content_hash;
using message::ErrorCode;
using message::Status;
using message::Type;

constexpr std::uint64_t kUnownedMax = 100'000;
constexpr std::uint64_t kWaitingMax = 100'000;
constexpr std::size_t kFileBytes = 8'000;

crypto::Account pinner(std::uint64_t index) { return crypto::Account::derive(crypto::Chain::ETH, 7, index); }

struct Signed {
  message::Envelope envelope;
  std::string content;
};

Signed sign(const crypto::Account& account, Type type, std::string_view rest, message::ItemType item_type,
            std::string_view owner = {}) {
  Signed made;
  made.content = lastmile::test::content_of(owner.empty() ? account.address() : owner, rest);
  made.envelope = lastmile::test::signed_message(account, type, made.content, item_type);
  return made;
}

std::string file_number(std::uint64_t number) {
  std::string bytes = "file " + std::to_string(number) + ":";
  bytes.resize(kFileBytes, 'f');
  return bytes;
}

Signed store_of(const crypto::Account& account, std::string_view file, std::string_view more = {},
                std::string_view owner = {}) {
  return sign(account, Type::STORE,
              "\"item_type\":\"storage\",\"item_hash\":\"" + content_hash(file).text() + "\"" + std::string(more),
              message::ItemType::inlined, owner);
}

// Two nodes, each with a disk of which only so much may be filled by what nobody owns.
class Files : public TwoNodes {
 protected:
  Files() : Files([](node::NodeConfig&) {}) {}
  explicit Files(Callback<void(node::NodeConfig&)> change)
      : TwoNodes([&change](node::NodeConfig& config) {
          config.store.limits.unowned_bytes = kUnownedMax;
          config.store.limits.waiting_bytes = kWaitingMax;
          change(config);
        }) {}
  std::uint64_t blob_bytes(std::uint32_t index) const { return engine_->disk_usage({index}).blob_bytes; }
  Status status(std::uint32_t index, const Signed& made) { return TwoNodes::status(index, made.envelope); }

  std::optional<node::Receipt> publish(std::uint32_t index, const std::string& payload,
                                       const std::vector<std::string>& files) {
    auto receipt = std::make_shared<std::optional<node::Receipt>>();
    std::vector<node::Upload> uploads;
    for (const std::string& file : files) uploads.push_back({content_hash(file), file});
    TwoNodes::publish(index, payload, std::move(uploads), [receipt](const node::Receipt& r) { *receipt = r; });
    run(seconds(1));
    return *receipt;
  }
  std::optional<node::Receipt> publish(std::uint32_t index, const Signed& made, const std::vector<std::string>& files) {
    return publish(index, message::serialize_envelope(made.envelope), files);
  }
};

TEST_F(Files, of_accepted_messages_are_kept_everywhere) {
  const Signed good = store_of(pinner(1), file_number(1));
  EXPECT_EQ(publish(0, good, {file_number(1)})->status, Status::processed);
  run(minutes(2));
  EXPECT_EQ(status(1, good), Status::processed);
  run(hours(100));
  EXPECT_EQ(blob_bytes(0), kFileBytes);
  EXPECT_EQ(blob_bytes(1), kFileBytes);
}

TEST_F(Files, of_forged_and_malformed_messages_are_never_written) {
  Signed forged = store_of(pinner(1), file_number(1));
  forged.envelope.signature = pinner(2).sign("STORE", forged.envelope.item_hash.text());
  EXPECT_EQ(publish(0, forged, {file_number(1)})->code, ErrorCode::invalid_signature);
  EXPECT_EQ(publish(0, "no message at all", {file_number(2)})->code, ErrorCode::invalid_format);
  const Signed odd = sign(pinner(1), Type::POST, "\"type\":7", message::ItemType::inlined);
  EXPECT_EQ(publish(0, odd, {file_number(3)})->code, ErrorCode::invalid_format);
  const Signed apart = sign(pinner(1), Type::POST, "\"type\":7", message::ItemType::storage);
  EXPECT_EQ(publish(0, apart, {apart.content, file_number(4)})->code, ErrorCode::invalid_format);
  EXPECT_EQ(blob_bytes(0), 0U);
}

TEST_F(Files, of_refused_messages_leave_a_bounded_disk) {
  const Signed good = store_of(pinner(1), file_number(0));
  publish(0, good, {file_number(0)});
  std::uint64_t number = 0;
  std::uint64_t most = 0;
  std::uint64_t handed_in = 0;
  const std::uint64_t keys_before = engine_->disk_usage({0}).key_value_bytes;
  for (int round = 0; round < 100; ++round) {
    const std::string denied = file_number(++number);
    const std::string waiting = file_number(++number);
    const std::string alone = file_number(++number);
    publish(0, store_of(pinner(2), denied, {}, pinner(1).address()), {denied});
    publish(0, store_of(pinner(3), waiting, ",\"ref\":\"" + content_hash("nowhere").text() + "\""), {waiting});
    publish(0,
            sign(pinner(4), Type::POST, "\"type\":\"note\",\"content\":" + std::to_string(number),
                 message::ItemType::inlined),
            {alone});
    const Signed apart =
        sign(pinner(5), Type::POST, "\"type\":\"note\",\"content\":\"" + std::to_string(number) + alone + "\"",
             message::ItemType::storage, pinner(1).address());
    publish(0, apart, {apart.content});
    handed_in += 4 * kFileBytes;
    most = std::max(most, blob_bytes(0));
    EXPECT_LE(core(0).store().counts().waiting_bytes, kWaitingMax);
    run(minutes(7));
  }
  ASSERT_GT(handed_in, 20 * kUnownedMax) << "the test tests nothing";
  EXPECT_GT(most, kUnownedMax / 2) << "nothing was kept for its grace";
  EXPECT_LE(most, kUnownedMax + 2 * kFileBytes);  // the accepted one, and one that is being written
  EXPECT_LE(engine_->disk_usage({0}).key_value_bytes, keys_before + kWaitingMax + handed_in / 4);
  run(hours(30));
  EXPECT_EQ(blob_bytes(0), kFileBytes) << "only what was accepted is left";
  EXPECT_EQ(status(0, good), Status::processed);
}

TEST_F(Files, of_forgotten_messages_go) {
  const Signed good = store_of(pinner(1), file_number(1));
  publish(0, good, {file_number(1)});
  run(minutes(2));
  publish(1,
          sign(pinner(1), Type::FORGET, "\"hashes\":[\"" + good.envelope.item_hash.text() + "\"]",
               message::ItemType::inlined),
          {});
  run(minutes(2));
  EXPECT_EQ(status(0, good), Status::forgotten);
  EXPECT_EQ(blob_bytes(0), kFileBytes);
  run(hours(25));
  EXPECT_EQ(blob_bytes(0), 0U);
  EXPECT_EQ(blob_bytes(1), 0U);
}

TEST_F(Files, are_none_where_the_content_of_a_message_is_concerned) {
  const Signed apart =
      sign(pinner(1), Type::POST, "\"type\":\"note\",\"content\":\"" + std::string(3'000'000, 'x') + "\"",
           message::ItemType::storage);
  EXPECT_EQ(publish(0, apart, {apart.content})->status, Status::processed);
  run(minutes(5));
  EXPECT_EQ(status(1, apart), Status::processed);
  for (std::uint32_t node : {0U, 1U}) {
    EXPECT_EQ(blob_bytes(node), 0U);
    EXPECT_LT(engine_->disk_usage({node}).key_value_bytes, 3'100'000U) << "more than one copy";
    EXPECT_TRUE(core(node).readable(apart.envelope.item_hash));
  }
}

TEST_F(Files, are_served_to_those_who_name_the_content_of_a_message) {
  const Signed apart = sign(pinner(1), Type::POST, "\"type\":\"note\",\"content\":1", message::ItemType::storage);
  publish(0, apart, {apart.content});
  const Signed store = store_of(pinner(1), apart.content);
  publish(1, store, {});
  run(minutes(3));
  EXPECT_EQ(status(1, store), Status::processed);
  EXPECT_EQ(status(0, store), Status::processed);
}

TEST_F(Files, that_find_no_room_in_memory_are_refused) {
  const std::string large(core(0).config().limits.upload_bytes + 1, 'x');
  const Signed store = store_of(pinner(1), large);
  EXPECT_EQ(publish(0, store, {large})->status, Status::none);
  EXPECT_EQ(blob_bytes(0), 0U);
  EXPECT_EQ(publish(0, store_of(pinner(1), file_number(1)), {file_number(1)})->status, Status::processed);
}

TEST_F(Files, survive_a_crash_of_their_node_or_are_fetched_again) {
  const Signed good = store_of(pinner(1), file_number(1));
  publish(0, good, {file_number(1)});
  run(minutes(2));
  ASSERT_EQ(status(1, good), Status::processed);
  engine_->crash({0}, DiskFate::torn);
  run(seconds(10));
  engine_->start({0});
  run(minutes(5));
  EXPECT_EQ(status(0, good), Status::processed);
  run(hours(50));
  EXPECT_EQ(blob_bytes(0), kFileBytes);
}

class FilesOfHeads : public Files {
 protected:
  FilesOfHeads()
      : Files([](node::NodeConfig& config) {
          config.roads = {.gossip = false, .reconciliation = false, .chain = false, .content_store = true};
          config.head_signer = crypto::Account::derive(crypto::Chain::SOL, 7, 99);
          config.head_signers = std::make_shared<const std::set<std::string, std::less<>>>(
              std::set<std::string, std::less<>>{config.head_signer->address()});
        }) {}
};

TEST_F(FilesOfHeads, stay_with_everybody_who_knows_the_signer) {
  const Signed first = sign(pinner(1), Type::POST, "\"type\":\"note\",\"content\":1", message::ItemType::inlined);
  publish(0, first, {});
  run(minutes(5));
  const Signed second = sign(pinner(1), Type::POST, "\"type\":\"note\",\"content\":2", message::ItemType::inlined);
  publish(0, second, {});
  run(minutes(5));
  EXPECT_EQ(status(1, first), Status::processed);
  EXPECT_EQ(status(1, second), Status::processed);
  const std::uint64_t kept = blob_bytes(0);
  EXPECT_GT(kept, 0U);
  EXPECT_EQ(blob_bytes(1), kept);
  run(hours(100));
  EXPECT_EQ(blob_bytes(0), kept);
  EXPECT_EQ(blob_bytes(1), kept);
  EXPECT_EQ(core(0).store().counts().unowned_bytes, 0U);
}

class FilesOfStrangers : public Files {
 protected:
  FilesOfStrangers()
      : Files([](node::NodeConfig& config) {
          config.roads = {.gossip = false, .reconciliation = false, .chain = false, .content_store = true};
          config.head_signer = crypto::Account::derive(crypto::Chain::SOL, 7, 99);
        }) {}
};

// Anybody can sign heads, so their followers keep what they name no longer than a file that nobody pays for.
TEST_F(FilesOfStrangers, are_read_and_go_with_their_grace) {
  const Signed message = sign(pinner(1), Type::POST, "\"type\":\"note\",\"content\":1", message::ItemType::inlined);
  publish(0, message, {});
  run(minutes(5));
  EXPECT_EQ(status(1, message), Status::processed);
  EXPECT_GT(blob_bytes(1), 0U);
  run(hours(100));
  EXPECT_EQ(blob_bytes(1), 0U);
  EXPECT_GT(blob_bytes(0), 0U) << "its own";
}

}  // namespace
}  // namespace lastmile::sim::test
