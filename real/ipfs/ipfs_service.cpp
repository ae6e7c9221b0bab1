#include "real/ipfs/ipfs_service.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/ipfs/limits.hpp"

namespace lastmile::real {

namespace bitswap = ipfs::bitswap;

namespace {

constexpr Duration kQueueLook = milliseconds(10);  // whether peers have read what they were sent
constexpr Duration kForgetAfter = minutes(10);     // of a name that is not wanted any more
constexpr std::size_t kSweepFiles = 100;
constexpr std::size_t kSweepRows = 1000;

struct HashedBlocks final : env::JobOutput {
  std::vector<std::pair<std::optional<crypto::Cid>, BlockIndex::Block>> blocks;
};

}  // namespace

Result<std::unique_ptr<IpfsService>> IpfsService::open(const Surroundings& around, const std::filesystem::path& folder,
                                                       const std::filesystem::path& blobs, IpfsLimits limits) {
  auto partials = PartialFiles::open(folder);
  if (!partials) return partials.error();
  std::unique_ptr<IpfsService> out(new IpfsService(around, *std::move(partials), blobs, limits));
  around.network.serve_messages({std::string(bitswap::kProtocol), ipfs::kBitswapMessageBytesMax}, *out);
  return out;
}

IpfsService::IpfsService(const Surroundings& around, PartialFiles partials, const std::filesystem::path& blobs,
                         const IpfsLimits& limits)
    : around_(around),
      limits_(limits),
      partials_(std::move(partials)),
      blobs_(std::make_shared<BlobFiles>(blobs)),
      index_(around.disk, around.executor, partials_),
      indexer_(around.disk, around.executor, index_, limits_),
      draws_(around.random.stream("ipfs")) {}

IpfsService::~IpfsService() {
  *alive_ = false;
  around_.network.stop_messages();
}

void IpfsService::start() {
  swept_ = around_.clock.now();
  tick();
}

// --- peers

void IpfsService::on_speaks(env::PeerId peer) {
  client_.on_connected(peer.value);
  pump();
}

void IpfsService::on_gone(env::PeerId peer) {
  client_.on_lost(peer.value);
  server_.on_lost(peer.value);
  pump();
}

void IpfsService::on_message(env::PeerId from, Bytes bytes) {
  auto message = bitswap::decode(bytes);
  if (!message) {
    ++figures_.messages_refused;
    return around_.network.close(from, env::CloseReason::protocol_error);
  }
  server_.on_message(from.value, *message, around_.clock.now());
  client_.on_presences(from.value, message->presences, around_.clock.now());
  if (!message->blocks.empty()) hash(from, std::move(message->blocks));
  pump();
}

// Only what may have been asked for is worth hashing.
void IpfsService::hash(env::PeerId from, std::vector<bitswap::Block> blocks) {
  if (hashing_ >= limits_.hashing || blocks.size() > client_.expected(from.value)) {
    return client_.on_unasked(from.value, blocks.size());
  }
  ++hashing_;
  env::Job job;
  job.run = [blocks = std::move(blocks)]() mutable -> env::JobResult {
    auto output = std::make_shared<HashedBlocks>();
    for (bitswap::Block& each : blocks) {
      auto cid = bitswap::cid_of(each);
      output->blocks.emplace_back(std::move(cid), std::make_shared<const Bytes>(std::move(each.data)));
    }
    return output;
  };
  around_.executor.submit(env::Lane::hashing, std::move(job),
                          [this, from, alive = alive_](const env::JobResult& result) {
                            if (!*alive) return;
                            --hashing_;
                            for (const auto& [cid, block] : static_cast<const HashedBlocks&>(*result).blocks) {
                              if (!cid) {
                                client_.on_unasked(from.value, 1);
                              } else {
                                took(from, *cid, block);
                              }
                            }
                            pump();
                          });
}

void IpfsService::took(env::PeerId from, const crypto::Cid& cid, const BlockIndex::Block& block) {
  const auto sessions = client_.on_block(from.value, cid, block->size(), around_.clock.now());
  for (const bitswap::SessionId session : sessions) {
    const auto fetch =
        std::ranges::find_if(fetches_, [session](const auto& each) { return each.second->session() == session; });
    if (fetch != fetches_.end()) fetch->second->on_block(cid, block);
  }
}

void IpfsService::pump() {
  const auto queued = [this](bitswap::Peer peer) { return around_.network.queued_message_bytes(env::PeerId{peer}); };
  const auto send = [this](const auto& output) {
    for (const auto& [peer, message] : output) {
      around_.network.send_message(env::PeerId{peer}, bitswap::encode(message));
    }
  };
  while (const auto lookup = server_.next(queued)) answer(*lookup, true);
  send(server_.take_output());
  send(client_.take_output());
  if (pump_due_ || !server_.has_queued()) return;
  pump_due_ = true;
  around_.timers.after(kQueueLook, [this, alive = alive_] {
    if (!*alive) return;
    pump_due_ = false;
    pump();
  });
}

// --- serving

bool IpfsService::servable(const std::string& file) {
  const auto name = message::ItemHash::parse(file);
  return name && around_.disk.blob_size(file) && around_.holdings.at_hand(*name);
}

bool IpfsService::cut_first(const crypto::Cid& cid, Callback<void()> done) {
  if (cid.codec() != crypto::codec::kDagPb || cid.hash_function() != crypto::multihash::kSha2_256) return false;
  Hash256 digest;
  std::ranges::copy(cid.digest(), digest.bytes.begin());
  for (const std::string& file : {crypto::Cid::v0(digest).text(), cid.as_v1().text()}) {
    if (servable(file) && !index_.complete(file)) return indexer_.add(file, std::move(done));
  }
  return false;
}

void IpfsService::answer(const bitswap::Server::Lookup& lookup, bool again) {
  const auto place = index_.find(lookup.cid, [this](const std::string& file) { return servable(file); });
  if (!place) {
    const auto cut = [this, lookup, alive = alive_] {
      if (!*alive) return;
      answer(lookup, false);
      pump();
    };
    if (!again || !cut_first(lookup.cid, cut)) server_.answer_absent(lookup);
    return;
  }
  if (lookup.only_presence && place->size() > bitswap::ServerLimits{}.inline_block_bytes) {
    return server_.answer_have(lookup, nullptr, around_.clock.now());
  }
  index_.read(lookup.cid, *place, [this, lookup, file = place->file, alive = alive_](const BlockIndex::Block& block) {
    if (!*alive) return;
    if (block != nullptr) {
      server_.answer_have(lookup, block.get(), around_.clock.now());
    } else {
      spdlog::warn("ipfs: {} is not where it was noted in {}", lookup.cid.text(), file);
      index_.forget_some(file, kSweepRows);  // to be cut again
      server_.answer_absent(lookup);
    }
    pump();
  });
}

void IpfsService::block(const crypto::Cid& cid, Callback<void(BlockIndex::Block)> done) {
  const auto usable = [this](const std::string& file) { return servable(file); };
  if (const auto place = index_.find(cid, usable)) return index_.read(cid, *place, std::move(done));
  const auto shared = std::make_shared<Callback<void(BlockIndex::Block)>>(std::move(done));
  const bool cutting = cut_first(cid, [this, cid, shared, usable, alive = alive_] {
    if (!*alive) return;
    if (const auto place = index_.find(cid, usable)) return index_.read(cid, *place, std::move(*shared));
    (*shared)(nullptr);
  });
  if (!cutting) around_.timers.after(Duration{}, [shared] { (*shared)(nullptr); });
}

// --- fetching

void IpfsService::tick() {
  const Instant now = around_.clock.now();
  client_.tick(now);
  look();
  if (now - swept_ >= limits_.sweep_every) {
    swept_ = now;
    sweep();
  }
  pump();
  around_.timers.after(limits_.look_every, [this, alive = alive_] {
    if (*alive) tick();
  });
}

void IpfsService::put_off(const message::ItemHash& file, Instant until) {
  if (due_.size() < limits_.remembered || due_.contains(file)) due_.insert_or_assign(file, until);
}

void IpfsService::look() {
  const Instant now = around_.clock.now();
  // Whose turn has long come and who was not seen since is wanted no more.
  std::erase_if(due_, [now](const auto& each) { return now - each.second > kForgetAfter; });
  std::vector<message::ItemHash> ended;
  for (const auto& [file, fetch] : fetches_) {
    const Duration patience = fetch->begun() ? limits_.stalled_after : limits_.unknown_after;
    if (now - fetch->progress() > patience || around_.holdings.paused()) ended.push_back(file);
  }
  for (const message::ItemHash& file : ended) {
    fetches_.erase(file);
    put_off(file, now + limits_.stalled_pause);
  }
  if (client_.peers() == 0 || around_.holdings.paused()) return;
  for (const message::ItemHash& file : around_.holdings.wanted()) {
    if (fetches_.contains(file)) continue;
    const auto due = due_.find(file);
    if (due == due_.end()) {
      const auto spread = static_cast<std::uint64_t>(limits_.first_wait_spread.ns) + 1;
      put_off(file, now + limits_.first_wait + nanoseconds(static_cast<std::int64_t>(draws_.below(spread))));
      continue;
    }
    if (due->second > now || fetches_.size() >= limits_.fetches) continue;
    const auto root = crypto::Cid::parse(file.view());
    if (!root) {
      put_off(file, now + limits_.stalled_pause);  // a name of the right shape that is no CID
      continue;
    }
    begin(file, *root);
  }
}

void IpfsService::begin(const message::ItemHash& file, const crypto::Cid& root) {
  const auto begun = partials_.list();
  const bool known = std::ranges::any_of(begun, [&](const auto& each) { return each.name == file.view(); });
  if (!known && begun.size() >= limits_.partial_files) return;
  auto fetch = std::make_unique<FileFetch>(
      FileFetch::Surroundings{around_.disk, around_.clock, index_, partials_, client_, limits_,
                              [this] {
                                return static_cast<std::size_t>(std::ranges::count_if(
                                    fetches_, [](const auto& each) { return each.second->begun(); }));
                              }},
      file.text(), root);
  FileFetch* const raw = fetch.get();
  fetches_.emplace(file, std::move(fetch));
  raw->start([this, file, alive = alive_](Result<FileFetch::Fetched> result) {
    // Later: the fetch is still at work.
    around_.timers.after(Duration{}, [this, file, alive, result = std::move(result)]() mutable {
      if (*alive) fetched(file, std::move(result));
    });
  });
}

void IpfsService::fetched(const message::ItemHash& file, Result<FileFetch::Fetched> result) {
  if (fetches_.erase(file) == 0) return;
  put_off(file, around_.clock.now() + limits_.stalled_pause);
  if (!result) {
    ++figures_.files_failed;
    partials_.remove(file.text());
    spdlog::warn("ipfs: {} cannot be had: {}", file.view(), result.error().text);
    return pump();
  }
  struct Adopted final : env::JobOutput {
    Result<Unit> result = Unit{};
  };
  env::Job job;
  job.run = [blobs = blobs_, name = file.text(), from = partials_.path(file.text())]() -> env::JobResult {
    auto output = std::make_shared<Adopted>();
    output->result = blobs->adopt(name, from);
    return output;
  };
  around_.executor.submit(env::Lane::queries, std::move(job),
                          [this, file, got = *result, alive = alive_](const env::JobResult& output) {
                            if (!*alive) return;
                            const Result<Unit>& adopted = static_cast<const Adopted&>(*output).result;
                            if (!adopted) {
                              ++figures_.files_failed;
                              return spdlog::warn("ipfs: {} cannot be kept: {}", file.view(), adopted.error().text);
                            }
                            ++figures_.files_fetched;
                            spdlog::info("ipfs: fetched {}, a {} of {} bytes", file.view(),
                                         got.directory ? "directory" : "file", got.bytes);
                            around_.holdings.arrived(file, got.bytes, got.directory);
                            server_.look_again();
                            pump();
                          });
}

// Rows of files that the store has deleted since, and what nobody goes on fetching.
void IpfsService::sweep() {
  for (std::size_t i = 0; i < kSweepFiles; ++i) {
    const auto file = index_.next_file(sweep_turn_);
    if (!file) {
      sweep_turn_.clear();
      break;
    }
    std::error_code code;
    const bool here = around_.disk.blob_size(*file) || std::filesystem::exists(partials_.path(*file), code);
    if (here || index_.forget_some(*file, kSweepRows)) sweep_turn_ = *file;
  }
  const Wall now = around_.clock.wall();
  for (const auto& each : partials_.list()) {
    const auto name = message::ItemHash::parse(each.name);
    const bool fetching = name && fetches_.contains(*name);
    if (!fetching && now - each.changed > limits_.partial_kept) partials_.remove(each.name);
  }
}

IpfsService::Figures IpfsService::figures() const {
  Figures out = figures_;
  out.served = server_.figures();
  out.fetched = client_.figures();
  out.peers = client_.peers();
  out.fetches = fetches_.size();
  return out;
}

}  // namespace lastmile::real
