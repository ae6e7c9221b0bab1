#include "core/node/chain_link.hpp"

#include <algorithm>
#include <utility>

#include "core/base/present.hpp"
#include "core/crypto/chain.hpp"
#include "core/node/archive_feed.hpp"
#include "core/node/own_rows.hpp"

namespace lastmile::node {
namespace {

// Own table of the node beside those of the store, which begin with other bytes.
std::string state_key(const std::string& chain) {
  return "\xf0"
         "chain/" +
         chain;
}

}  // namespace

struct ChainLink::Line {
  Line(const FollowedChain& c, std::uint64_t i, chain::FollowConfig follow)
      : config(c), index(i), follower(std::move(follow)) {}
  const FollowedChain& config;
  std::uint64_t index;
  chain::ChainFollower follower;
  std::optional<chain::Packer> packer;
  std::optional<message::ItemHash> submitted;             // our archive that has not landed
  std::map<chain::TransactionId, ArchiveFeed> taking_in;  // transactions whose messages are on their way
  Instant saved{};
  std::uint64_t put_off = 0;  // transactions, as far as it was told
};

ChainLink::ChainLink(env::Clock& clock, env::Timers& timers, env::Disk& disk, env::Random& random,
                     env::ChainGateway& chains, store::Store& store, trace::Sink& sink, QueueGauges& gauges,
                     HashingJobs& jobs, const NodeConfig& config, ChainSurroundings& surroundings)
    : clock_(clock),
      timers_(timers),
      disk_(disk),
      chains_(chains),
      store_(store),
      sink_(sink),
      gauges_(gauges),
      jobs_(jobs),
      config_(config),
      surroundings_(surroundings),
      blobs_(
          clock, store, [this](const store::Outcome& outcome) { surroundings_.follow(outcome); },
          [this](const Error& error) { surroundings_.damaged(error); }) {
  std::uint64_t archives_at_once = 0;
  for (const FollowedChain& followed : config.chains) {
    chain::FollowConfig follow;
    follow.name = followed.name;
    follow.code = crypto::parse_chain(followed.code).value_or(crypto::Chain::ETH);
    follow.emitters = followed.emitters;
    follow.start_height = followed.start_height;
    follow.reorganisations = config.switches.chain_reorganisations;
    follow.empty_transactions = config.switches.empty_transactions;
    follow.limits.archives_at_once = std::min(follow.limits.archives_at_once, config.limits.archives_wanted);
    archives_at_once += follow.limits.archives_at_once;
    auto line = std::make_unique<Line>(followed, lines_.size(), std::move(follow));
    if (followed.synchronizer) {
      chain::PackerConfig packer;
      packer.every = followed.archive_every;
      Generator& draws = random.stream("archive of " + followed.name);
      line->packer.emplace(packer, clock.now() + draws.uniform(Duration{}, packer.every));
    }
    lines_.push_back(std::move(line));
  }
  gauges_.set_limit(trace::Queue::chain_archives, archives_at_once);
  jobs_.reserve(archives_at_once + lines_.size());  // read, and one written for each chain
}

ChainLink::~ChainLink() = default;

ChainLink::Line* ChainLink::find(std::string_view chain) {
  for (const auto& line : lines_) {
    if (line->config.name == chain) return line.get();
  }
  return nullptr;
}

void ChainLink::start() {
  for (const auto& line : lines_) {
    const auto saved = find_row(disk_.latest(), state_key(line->config.name));
    if (!saved.ok()) return surroundings_.damaged(saved.error());
    // A state of another version is no loss: the chain is read again from its first block.
    if (const auto& state = *saved; state && !line->follower.restore(*state).ok()) {
      disk_.commit({{{state_key(line->config.name), nullptr}}}, [this](const Result<Unit>& removed) {
        if (!removed.ok()) surroundings_.damaged(removed.error());
      });
    }
    line->follower.start(clock_.now());
    carry_out(*line);
    ticking(*line);
  }
}

void ChainLink::on_connected() {
  for (const auto& line : lines_) {
    line->follower.retry_archives(clock_.now());
    carry_out(*line);
  }
}

std::size_t ChainLink::queued() const {
  std::size_t sum = 0;
  for (const auto& line : lines_) sum += line->follower.queued();
  return sum;
}

std::optional<std::uint64_t> ChainLink::final_height(std::string_view code) const {
  for (const auto& line : lines_) {
    if (line->config.code == code) return line->follower.final_height();
  }
  return std::nullopt;
}

bool ChainLink::stands(store::Confirmation& confirmation) const {
  for (const auto& line : lines_) {
    if (line->config.code != confirmation.chain) continue;
    // One transaction may hold several events.
    for (auto next = line->taking_in.lower_bound({confirmation.time, confirmation.height, 0, {}});
         next != line->taking_in.end() && next->first.height == confirmation.height; ++next) {
      if (next->first.transaction != confirmation.transaction || !line->follower.stands(next->first)) continue;
      confirmation.final = line->follower.is_final(confirmation.height);
      return true;
    }
  }
  return false;
}

// --- what the chain says

void ChainLink::on_block(std::string_view chain, const env::ChainBlock& block) {
  Line* line = find(chain);
  if (line == nullptr) return;
  sink_.record({trace::Kind::block_applied, {}, line->index, block.height.value, 0});
  line->follower.on_block(block, clock_.now());
  carry_out(*line);
}

void ChainLink::on_reorg(std::string_view chain, env::Height kept) {
  Line* line = find(chain);
  if (line == nullptr) return;
  const std::uint64_t next = line->follower.next_height();
  sink_.record(
      {trace::Kind::chain_reorg, {}, line->index, kept.value, next > kept.value + 1 ? next - kept.value - 1 : 0});
  line->follower.on_reorg(kept, clock_.now());
  carry_out(*line);
}

void ChainLink::on_final(std::string_view chain, env::Height height) {
  Line* line = find(chain);
  if (line == nullptr) return;
  sink_.record({trace::Kind::block_final, {}, line->index, height.value, 0});
  line->follower.on_final(height, clock_.now());
  carry_out(*line);
}

void ChainLink::archive_arrived(const message::ItemHash& archive, env::Value bytes) {
  const bool waited_for =
      std::any_of(lines_.begin(), lines_.end(), [&](const auto& line) { return line->follower.waits_for(archive); });
  if (!waited_for) return;
  if (!reading_.insert(archive).second) return;  // all chains are told what is in it
  // Kept before it is read: who learns of the transaction later will ask us.
  hold(archive, to_bytes(*bytes), [] {});
  bool awaited = false;
  bool tombstones = true;
  for (const auto& line : lines_) {
    line->follower.archive_at_hand(archive, clock_.now());
    carry_out(*line);
    if (!line->follower.awaits(archive)) continue;
    awaited = true;
    tombstones = line->follower.config().tombstones;
  }
  if (!awaited) {
    reading_.erase(archive);
    return;
  }
  // Once for all chains; a follower that has given it up meanwhile takes no notice.
  jobs_.submit(chain::archive_reading_job(archive, std::move(bytes), tombstones),
               [this, archive](const env::JobResult& result) {
                 reading_.erase(archive);
                 const auto content = chain::archive_read(result);
                 for (const auto& line : lines_) {
                   line->follower.archive_read(archive, content, clock_.now());
                   carry_out(*line);
                 }
               });
}

// Written, and kept until release_unneeded() finds nobody who needs it.
void ChainLink::hold(const message::ItemHash& archive, Bytes&& bytes, Callback<void()> written) {
  held_.insert(archive);
  blobs_.write(archive, std::move(bytes), store::Store::Keep::for_chains, std::move(written));
}

void ChainLink::release_unneeded() {
  for (auto next = held_.begin(); next != held_.end();) {
    const message::ItemHash archive = *next;
    const bool needed = std::any_of(lines_.begin(), lines_.end(), [&](const auto& line) {
      return line->submitted == archive || line->follower.waits_for(archive);
    });
    if (needed) {
      ++next;
      continue;
    }
    next = held_.erase(next);
    blobs_.release(archive, store::Store::Keep::for_chains);
  }
}

void ChainLink::archive_unavailable(const message::ItemHash& archive) {
  for (const auto& line : lines_) {
    if (line->follower.awaits(archive)) trace::mark(sink_, trace::RareState::archive_unavailable);
    line->follower.archive_unavailable(archive, clock_.now());
    carry_out(*line);
  }
}

void ChainLink::ticking(Line& line) {
  timers_.after(config_.intervals.chain_tick, [this, &line] {
    line.follower.tick(clock_.now());
    carry_out(line);
    // Asked at each tick: an archive that lands makes the next one due long before the packer would give it up.
    if (line.packer && line.packer->due(clock_.now())) pack(line);
    if (clock_.now() - line.saved >= config_.intervals.chain_save) save(line);
    ticking(line);
  });
}

void ChainLink::save(Line& line) {
  // What the state speaks of was committed before it, and batches become durable in order.
  line.saved = clock_.now();
  env::Batch batch;
  put_row(batch, state_key(line.config.name), line.follower.save());
  disk_.commit(std::move(batch), [this](const Result<Unit>& written) {
    if (!written.ok()) surroundings_.damaged(written.error());
  });
}

void ChainLink::carry_out(Line& line) {
  for (chain::FollowAction& action : line.follower.take_actions()) {
    if (auto* follow = std::get_if<chain::Follow>(&action)) {
      chains_.follow(line.config.name, follow->from, follow->known_hash, *this);
    } else if (auto* fetch = std::get_if<chain::FetchArchive>(&action)) {
      if (!reading_.contains(fetch->archive)) surroundings_.want_archive(fetch->archive);
    } else if (auto* order = std::get_if<chain::TakeIn>(&action)) {
      if (order->archive) {
        const chain::Confirmation& from = order->confirmation;
        const auto pinned = store_.pin_transaction_file(*order->archive, from.chain, from.height, from.transaction,
                                                        from.final, clock_.wall());
        if (!pinned.ok()) return surroundings_.damaged(pinned.error());
        if (line.submitted == order->archive) line.submitted.reset();
      }
      take_in(line, std::move(*order));
    } else if (auto* back = std::get_if<chain::TakeBack>(&action)) {
      save(line);  // before it: an older state would believe that the confirmations are there
      const auto outcome = store_.remove_confirmations(line.config.code, back->from_height, clock_.wall());
      if (!outcome.ok()) return surroundings_.damaged(outcome.error());
      surroundings_.follow(*outcome);
    } else if (auto* final = std::get_if<chain::MakeFinal>(&action)) {
      const auto outcome = store_.finalize_confirmations(line.config.code, final->height);
      if (!outcome.ok()) return surroundings_.damaged(outcome.error());
      surroundings_.follow(*outcome);
    }
  }
  release_unneeded();
  gauge_archives();
  // The follower is pure and only counts.
  const std::uint64_t put_off = line.follower.counters().put_off;
  if (put_off > std::exchange(line.put_off, put_off)) trace::mark(sink_, trace::RareState::chain_put_off);
}

void ChainLink::gauge_archives() {
  std::uint64_t busy = 0;
  for (const auto& line : lines_) busy += line->follower.archives_busy();
  gauges_.set_depth(trace::Queue::chain_archives, busy);
}

// --- messages of a transaction

void ChainLink::take_in(Line& line, chain::TakeIn&& order) {
  const chain::Confirmation& from = order.confirmation;
  const store::Confirmation confirmation{from.chain, from.height,    from.transaction,
                                         from.time,  from.publisher, from.final};
  // The block may have been taken back and come again, while the messages of the first time are still on their way:
  // only those of the second carry a confirmation that stands.
  line.taking_in.erase(order.id);
  line.taking_in.try_emplace(
      order.id, timers_, config_.limits, std::move(order.content),
      [this, confirmation, vouched = order.from_contract](const std::shared_ptr<const message::Envelope>& message,
                                                          ReceiptDone receipt) {
        Arrival arrival;
        arrival.origin = Origin::chain;
        arrival.vouched = vouched;
        arrival.confirmation = confirmation;
        arrival.receipt = std::move(receipt);
        surroundings_.take_in(message, std::move(arrival));
      },
      [this, &line, id = order.id, archive = order.archive] { taken_in(line, id, archive); });
}

void ChainLink::taken_in(Line& line, const chain::TransactionId& id, const std::optional<message::ItemHash>& archive) {
  line.taking_in.erase(id);
  line.follower.taken_in(id, clock_.now());
  if (line.packer && archive) line.packer->landed(*archive, clock_.now());
  carry_out(line);
}

// --- writing

void ChainLink::pack(Line& line) {
  const auto hashes = store_.unconfirmed(line.config.code, chain::kArchiveMessagesMax);
  if (!hashes.ok()) return surroundings_.damaged(hashes.error());
  std::vector<std::shared_ptr<const message::Envelope>> envelopes;
  std::set<message::ItemHash> listed;
  std::size_t looks = chain::kArchiveMessagesMax / 2;  // one FORGET may have erased more than fits into an archive
  for (const message::ItemHash& hash : *hashes) {
    const auto envelope = store_.envelope_for_peer(hash);
    if (!envelope.ok()) return surroundings_.damaged(envelope.error());
    if (*envelope == nullptr) continue;
    // Before the FORGET: what does not fit into this archive is written with it once more.
    const auto beside = store_.tombstones_beside(hash, looks);
    if (!beside.ok()) return surroundings_.damaged(beside.error());
    for (const auto& tombstone : *beside) {
      if (listed.insert(tombstone->item_hash).second) envelopes.push_back(tombstone);
    }
    if (listed.insert(hash).second) envelopes.push_back(*envelope);
  }
  auto order = present(line.packer).begin(envelopes, clock_.now());
  if (!order) return;
  jobs_.submit(chain::archive_writing_job(*std::move(order)),
               [this, &line](const env::JobResult& result) { submit(line, *chain::archive_written(result)); });
}

void ChainLink::submit(Line& line, const chain::WrittenArchive& archive) {
  const std::string payload = present(line.packer).written(archive, clock_.now());
  sink_.record({trace::Kind::anchored, {}, line.index, archive.messages, 0});
  // First the file, then the transaction that names it: nobody may learn a name that we could lose. What was given up
  // may still land: it is kept for the grace of a file.
  line.submitted = archive.name;
  hold(archive.name, to_bytes(archive.text), [this, &line, name = archive.name, payload] {
    chains_.submit(line.config.name, payload, [this, &line, name](const Result<std::string>& sent) {
      if (sent.ok()) return;
      trace::mark(sink_, trace::RareState::anchor_refused);
      present(line.packer).submit_failed(name, clock_.now());
      if (line.submitted == name) line.submitted.reset();
      release_unneeded();
    });
  });
  release_unneeded();
}

}  // namespace lastmile::node
