// Files on their way between nodes, block by block, over real sockets and disks.
#include "real/ipfs/ipfs_service.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "core/crypto/hash.hpp"
#include "core/ipfs/bitswap.hpp"
#include "core/ipfs/car.hpp"
#include "core/ipfs/directory_builder.hpp"
#include "core/ipfs/limits.hpp"
#include "real/env/loop.hpp"
#include "real/env/os_clock.hpp"
#include "real/env/os_random.hpp"
#include "real/env/os_timers.hpp"
#include "real/env/rocks_disk.hpp"
#include "real/env/thread_pool_executor.hpp"
#include "tests/unit/real/scratch.hpp"

namespace lastmile::real {
namespace {

namespace bitswap = ipfs::bitswap;

Bytes noise(std::size_t size, std::uint64_t seed) {
  Generator draws(seed);
  Bytes out(size);
  for (auto& byte : out) byte = static_cast<std::uint8_t>(draws.next());
  return out;
}

message::ItemHash name_of(const crypto::Cid& cid) { return message::ItemHash::parse(cid.text()).value(); }

class FakeHoldings final : public Holdings {
 public:
  bool at_hand(const message::ItemHash& file) override { return here.contains(file); }
  std::vector<message::ItemHash> wanted() override { return {want.begin(), want.end()}; }
  bool paused() override { return is_paused; }
  void arrived(const message::ItemHash& file, std::uint64_t bytes, bool directory) override {
    here[file] = {bytes, directory};
    want.erase(file);
  }
  std::map<message::ItemHash, FileFetch::Fetched> here;
  std::set<message::ItemHash> want;
  bool is_paused = false;
};

// Says anything over the protocol.
class Rude final : public p2p::MessageService {
 public:
  void on_speaks(env::PeerId peer) override { peers.push_back(peer); }
  void on_message(env::PeerId from, Bytes bytes) override {
    auto message = bitswap::decode(bytes);
    if (message && answer) answer(from, *message);
    if (message) messages.push_back(*std::move(message));
  }
  void on_gone(env::PeerId peer) override { std::erase(peers, peer); }
  std::function<void(env::PeerId, const bitswap::Message&)> answer;
  std::vector<env::PeerId> peers;
  std::vector<bitswap::Message> messages;
};

IpfsLimits quick() {
  IpfsLimits limits;
  limits.first_wait = limits.first_wait_spread = Duration{};
  limits.look_every = milliseconds(50);
  limits.stalled_pause = milliseconds(200);
  return limits;
}

class IpfsTest : public testing::Test {
 protected:
  struct Node {
    Scratch folder;
    OsClock clock;
    OsRandom random{1};
    std::unique_ptr<OsTimers> timers;
    std::unique_ptr<RocksDisk> disk;
    std::unique_ptr<ThreadPoolExecutor> executor;
    FakeHoldings holdings;
    Rude rude;
    std::unique_ptr<p2p::P2pNetwork> network;
    std::unique_ptr<IpfsService> ipfs;
  };
  std::unique_ptr<Node> node(bool rude = false, const IpfsLimits& limits = quick()) {
    auto out = std::make_unique<Node>();
    out->timers = std::make_unique<OsTimers>(loop_);
    out->executor = std::make_unique<ThreadPoolExecutor>(loop_, 1);
    p2p::P2pOptions options;
    std::array<std::uint8_t, 32> seed{};
    seed.fill(++keys_);
    options.identity = std::make_shared<const p2p::PrivateKey>(p2p::PrivateKey::from_ed25519_seed(seed));
    options.listen = {p2p::Multiaddr::parse("/ip4/127.0.0.1/tcp/0").value()};
    out->network = p2p::P2pNetwork::open(loop_, std::move(options)).value();
    out->disk =
        RocksDisk::open(loop_, {.database = out->folder.path() / "db", .blobs = out->folder.path() / "blobs"}).value();
    if (rude) {
      out->network->serve_messages({std::string(bitswap::kProtocol), ipfs::kBitswapMessageBytesMax}, out->rude);
    } else {
      start(*out, limits);
    }
    return out;
  }
  void start(Node& of, const IpfsLimits& limits = quick()) {
    of.ipfs = IpfsService::open({of.clock, *of.timers, *of.disk, of.random, *of.executor, *of.network, of.holdings},
                                of.folder.path() / "partial", of.folder.path() / "blobs", limits)
                  .value();
    of.ipfs->start();
  }
  bool until(const std::function<bool()>& done, Duration limit = seconds(30)) {
    const Instant end = OsClock().now() + limit;
    while (!done()) {
      if (OsClock().now() > end) return false;
      loop_.run_one(milliseconds(20));
    }
    return true;
  }
  void connect(Node& from, Node& to) {
    const auto peer = p2p::PeerId::parse(to.network->own_identity()).value();
    from.network->dial(to.network->listen_addresses().at(0).with_peer(peer).text());
  }
  // As an upload leaves it: whole, under its name.
  crypto::Cid keep(Node& at, const Bytes& content, ipfs::UnixFsProfile profile = ipfs::UnixFsProfile::v0) {
    const crypto::Cid cid = ipfs::unixfs_file(profile, content).cid;
    bool kept = false;
    at.disk->put_blob(cid.text(), content, [&](const Result<Unit>& done) { kept = done.ok(); });
    EXPECT_TRUE(until([&] { return kept; }));
    at.holdings.here[name_of(cid)] = {content.size(), false};
    return cid;
  }
  bool fetch(Node& to, const crypto::Cid& cid) {
    to.holdings.want.insert(name_of(cid));
    return until([&] { return to.holdings.here.contains(name_of(cid)); });
  }
  Bytes content(Node& of, const crypto::Cid& cid) {
    std::optional<Bytes> out;
    of.disk->get_blob({cid.text()}, [&](Result<Bytes> bytes) { out = bytes.ok() ? *std::move(bytes) : Bytes{}; });
    EXPECT_TRUE(until([&] { return out.has_value(); }));
    return *out;
  }
  Loop loop_;
  std::uint8_t keys_ = 0;
};

TEST_F(IpfsTest, AnUploadedFileIsFetchedBlockByBlock) {
  const auto a = node(), b = node();
  const Bytes file = noise(5'000'000, 1);
  const crypto::Cid cid = keep(*a, file);
  connect(*b, *a);
  ASSERT_TRUE(fetch(*b, cid));
  EXPECT_EQ(content(*b, cid), file);
  EXPECT_EQ(b->holdings.here.at(name_of(cid)).bytes, file.size());
  EXPECT_EQ(a->ipfs->figures().served.blocks, 21U);  // twenty pieces and their root
}

TEST_F(IpfsTest, FilesOfEveryProfileAndOfNoBytesAreFetched) {
  const auto a = node(), b = node();
  connect(*b, *a);
  const Bytes large = noise(600'000, 2);
  for (const auto& cid : {keep(*a, {}), keep(*a, noise(100, 3)), keep(*a, large, ipfs::UnixFsProfile::v1),
                          keep(*a, noise(600'001, 4), ipfs::UnixFsProfile::v1_dagpb),
                          keep(*a, noise(99, 5), ipfs::UnixFsProfile::v1_dagpb), keep(*a, Bytes(3'000'000))}) {
    ASSERT_TRUE(fetch(*b, cid)) << cid.text();
    EXPECT_EQ(content(*b, cid), content(*a, cid));
  }
}

TEST_F(IpfsTest, WhatWasFetchedIsServedOn) {
  const auto a = node(), b = node(), c = node();
  const Bytes file = noise(1'000'000, 6);
  const crypto::Cid cid = keep(*a, file);
  connect(*b, *a);
  ASSERT_TRUE(fetch(*b, cid));
  connect(*c, *b);
  ASSERT_TRUE(fetch(*c, cid));
  EXPECT_EQ(content(*c, cid), file);
}

// Gives blocks of a map, and nothing else.
void serve_from(
    Rude& rude, p2p::P2pNetwork& network, const std::map<crypto::Cid, Bytes>& blocks,
    std::function<bool()> silent = [] { return false; }) {
  rude.answer = [&network, blocks, silent](env::PeerId from, const bitswap::Message& asked) {
    for (const bitswap::Want& want : asked.wants) {
      const auto found = blocks.find(want.cid.as_v1());
      if (want.cancel || silent()) continue;
      bitswap::Message out;
      if (found == blocks.end()) {
        out.presences.push_back({want.cid, bitswap::Presence::do_not_have});
      } else if (want.type == bitswap::WantType::have) {
        out.presences.push_back({want.cid, bitswap::Presence::have});
      } else {
        out.blocks.push_back({bitswap::prefix_of(want.cid), found->second});
      }
      network.send_message(from, bitswap::encode(out));
    }
  };
}

std::map<crypto::Cid, Bytes> blocks_of(const Bytes& file, crypto::Cid* root) {
  std::map<crypto::Cid, Bytes> out;
  ipfs::UnixFsBuilder builder(ipfs::UnixFsProfile::v0, [&](const crypto::Cid& cid, ByteView block) {
    out.emplace(cid.as_v1(), Bytes(block.begin(), block.end()));
  });
  builder.add(file);
  *root = builder.finish().cid;
  return out;
}

TEST_F(IpfsTest, ADirectoryIsFetchedWithAllBelowItAndServedOn) {
  const auto a = node(true), b = node(), c = node();
  std::map<crypto::Cid, Bytes> blocks;
  std::vector<ipfs::DirectoryEntry> entries;
  for (const std::uint64_t each : {1U, 2U, 3U}) {
    crypto::Cid root;
    auto more = blocks_of(noise(300'000 * each, each), &root);
    blocks.merge(more);
    entries.push_back({"file-" + std::to_string(each), root, 300'000 * each});
  }
  const auto directory = ipfs::build_directory(0, entries, [&](const crypto::Cid& cid, ByteView block) {
                           blocks.emplace(cid.as_v1(), Bytes(block.begin(), block.end()));
                         }).value();
  serve_from(a->rude, *a->network, blocks);
  connect(*b, *a);
  ASSERT_TRUE(fetch(*b, directory.cid));
  EXPECT_TRUE(b->holdings.here.at(name_of(directory.cid)).directory);
  EXPECT_EQ(b->holdings.here.at(name_of(directory.cid)).bytes, directory.cumulative_size);
  std::size_t in_car = 0;
  ipfs::CarReader car([&](const crypto::Cid&, ByteView) { ++in_car; });
  ASSERT_TRUE(car.add(content(*b, directory.cid)).ok());
  EXPECT_TRUE(car.finish().ok());
  EXPECT_EQ(in_car, blocks.size());

  connect(*c, *b);
  ASSERT_TRUE(fetch(*c, directory.cid));
  EXPECT_EQ(content(*c, directory.cid), content(*b, directory.cid));
}

TEST_F(IpfsTest, AfterARestartWhatIsHereIsNotAskedForAgain) {
  const auto a = node(true), b = node();
  crypto::Cid root;
  const Bytes file = noise(10'000'000, 7);
  const auto blocks = blocks_of(file, &root);
  int given = 0;
  bool stuck = true;
  serve_from(a->rude, *a->network, blocks, [&] { return stuck && ++given > 40; });
  connect(*b, *a);
  b->holdings.want.insert(name_of(root));
  ASSERT_TRUE(until([&] { return given > 40; }));
  until([] { return false; }, milliseconds(300));
  b->ipfs.reset();  // what was noted, and what lies in the unfinished file, is all that is left
  stuck = false;
  a->rude.messages.clear();
  start(*b);
  b->network->close(env::PeerId{0}, env::CloseReason::local);
  until([] { return false; }, milliseconds(100));
  connect(*b, *a);
  ASSERT_TRUE(fetch(*b, root));
  EXPECT_EQ(content(*b, root), file);
  std::set<crypto::Cid> asked;
  for (const auto& message : a->rude.messages) {
    for (const auto& want : message.wants) asked.insert(want.cid);
  }
  EXPECT_LT(asked.size(), blocks.size() - 5);
}

TEST_F(IpfsTest, ALiarIsReplacedAndNothingOfHisIsKept) {
  const auto honest = node(), liar = node(true), b = node();
  const Bytes file = noise(2'000'000, 8);
  const crypto::Cid cid = keep(*honest, file);
  int lies = 0;
  liar->rude.answer = [&](env::PeerId from, const bitswap::Message& asked) {
    for (const bitswap::Want& want : asked.wants) {
      bitswap::Message out;
      if (want.type == bitswap::WantType::have) {
        out.presences.push_back({want.cid, bitswap::Presence::have});
      } else {
        out.blocks.push_back({bitswap::prefix_of(want.cid), noise(1000, static_cast<std::uint64_t>(++lies))});
      }
      liar->network->send_message(from, bitswap::encode(out));
    }
  };
  connect(*b, *liar);
  b->holdings.want.insert(name_of(cid));
  ASSERT_TRUE(until([&] { return lies > 0; }));
  connect(*b, *honest);
  ASSERT_TRUE(fetch(*b, cid));
  EXPECT_EQ(content(*b, cid), file);
  EXPECT_GT(b->ipfs->figures().fetched.unasked, 0U);
}

TEST_F(IpfsTest, WantsForWhatIsNotHereAreAnsweredSo) {
  const auto a = node(), asker = node(true);
  connect(*asker, *a);
  ASSERT_TRUE(until([&] { return !asker->rude.peers.empty(); }));
  bitswap::Message wants;
  const auto cid = crypto::Cid::v1(crypto::codec::kRaw, crypto::sha256(noise(10, 9)));
  wants.wants.push_back({.cid = cid, .send_do_not_have = true});
  asker->network->send_message(asker->rude.peers[0], bitswap::encode(wants));
  ASSERT_TRUE(until([&] { return !asker->rude.messages.empty(); }));
  EXPECT_EQ(asker->rude.messages[0].presences,
            (std::vector<bitswap::BlockPresence>{{cid, bitswap::Presence::do_not_have}}));
}

TEST_F(IpfsTest, WhatIsNoMessageEndsTheConnection) {
  const auto a = node(), rude = node(true);
  connect(*rude, *a);
  ASSERT_TRUE(until([&] { return !rude->rude.peers.empty(); }));
  rude->network->send_message(rude->rude.peers[0], Bytes(100, 0xff));
  EXPECT_TRUE(until([&] { return rude->rude.peers.empty(); }));
  EXPECT_EQ(a->ipfs->figures().messages_refused, 1U);
}

TEST_F(IpfsTest, AFileThatIsNotServableAnyMoreIsNotServed) {
  const auto a = node(), b = node();
  const crypto::Cid cid = keep(*a, noise(1000, 10));
  a->holdings.here.clear();
  connect(*b, *a);
  b->holdings.want.insert(name_of(cid));
  until([] { return false; }, milliseconds(500));
  EXPECT_FALSE(b->holdings.here.contains(name_of(cid)));
  EXPECT_EQ(a->ipfs->figures().served.blocks, 0U);
}

TEST_F(IpfsTest, APausedNodeFetchesNothing) {
  const auto a = node(), b = node();
  const crypto::Cid cid = keep(*a, noise(1000, 11));
  b->holdings.is_paused = true;
  connect(*b, *a);
  b->holdings.want.insert(name_of(cid));
  until([] { return false; }, milliseconds(500));
  EXPECT_FALSE(b->holdings.here.contains(name_of(cid)));
  b->holdings.is_paused = false;
  EXPECT_TRUE(fetch(*b, cid));
}

TEST_F(IpfsTest, ABlobThatWasDamagedIsNotServed) {
  const auto a = node(), b = node();
  const Bytes file = noise(500'000, 12);
  const crypto::Cid cid = keep(*a, file);
  connect(*b, *a);
  ASSERT_TRUE(fetch(*b, cid));  // it is cut into blocks now
  Bytes damaged = file;
  damaged[100] ^= 1;
  std::fstream blob(a->folder.path() / "blobs" / BlobFiles::place(cid.text()), std::ios::in | std::ios::out);
  blob.write(reinterpret_cast<const char*>(damaged.data()), static_cast<std::streamsize>(damaged.size()));
  blob.close();
  const auto c = node();
  connect(*c, *a);
  c->holdings.want.insert(name_of(cid));
  until([] { return false; }, seconds(1));
  EXPECT_FALSE(c->holdings.here.contains(name_of(cid)));
}

}  // namespace
}  // namespace lastmile::real
