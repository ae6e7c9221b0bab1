// Blocks of IPFS to and from other peers (ipfs.md 12 and 13): serves what the node holds, and fetches files with IPFS
// names that messages wait for, once the peers of our own network had their chance.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include "core/env/clock.hpp"
#include "core/env/random.hpp"
#include "core/env/timers.hpp"
#include "core/ipfs/bitswap_client.hpp"
#include "real/env/blob_files.hpp"
#include "real/ipfs/file_fetch.hpp"
#include "real/ipfs/file_indexer.hpp"
#include "real/ipfs/holdings.hpp"
#include "real/p2p/p2p_network.hpp"

namespace lastmile::real {

class IpfsService final : public p2p::MessageService {
 public:
  struct Surroundings {  // all must outlive it
    env::Clock& clock;
    env::Timers& timers;
    env::Disk& disk;
    env::Random& random;
    env::Executor& executor;
    p2p::P2pNetwork& network;
    Holdings& holdings;
  };
  // folder: for files that are being fetched, on the file system of the blobs. Error: it cannot be made.
  static Result<std::unique_ptr<IpfsService>> open(const Surroundings& around, const std::filesystem::path& folder,
                                                   const std::filesystem::path& blobs, IpfsLimits limits = {});
  ~IpfsService() override;
  void start();  // on the loop, once

  // A block of a file that is at hand, whole and right, or null. Later.
  void block(const crypto::Cid& cid, Callback<void(BlockIndex::Block)> done);

  struct Figures {
    ipfs::bitswap::Server::Figures served;
    ipfs::bitswap::Client::Figures fetched;
    std::uint64_t files_fetched = 0, files_failed = 0, messages_refused = 0;
    std::size_t peers = 0, fetches = 0;
  };
  Figures figures() const;

  void on_speaks(env::PeerId peer) override;
  void on_message(env::PeerId from, Bytes message) override;
  void on_gone(env::PeerId peer) override;

 private:
  IpfsService(const Surroundings& around, PartialFiles partials, const std::filesystem::path& blobs,
              const IpfsLimits& limits);
  bool servable(const std::string& file);
  // True: the file that this may be the root of is at hand and not cut into blocks yet; done comes when it is.
  bool cut_first(const crypto::Cid& cid, Callback<void()> done);
  void answer(const ipfs::bitswap::Server::Lookup& lookup, bool again);
  void hash(env::PeerId from, std::vector<ipfs::bitswap::Block> blocks);
  void took(env::PeerId from, const crypto::Cid& cid, const BlockIndex::Block& block);
  void pump();
  void tick();
  void sweep();
  void look();
  void begin(const message::ItemHash& file, const crypto::Cid& root);
  void fetched(const message::ItemHash& file, Result<FileFetch::Fetched> result);
  void put_off(const message::ItemHash& file, Instant until);

  Surroundings around_;
  const IpfsLimits limits_;
  PartialFiles partials_;
  std::shared_ptr<BlobFiles> blobs_;
  BlockIndex index_;
  FileIndexer indexer_;
  ipfs::bitswap::Server server_;
  ipfs::bitswap::Client client_;
  Generator& draws_;
  std::map<message::ItemHash, std::unique_ptr<FileFetch>> fetches_;
  std::map<message::ItemHash, Instant> due_;  // names that are wanted: not before
  std::size_t hashing_ = 0;
  bool pump_due_ = false;
  Instant swept_;
  std::string sweep_turn_;
  Figures figures_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace lastmile::real
