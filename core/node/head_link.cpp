#include "core/node/head_link.hpp"

#include <algorithm>

#include "core/node/own_rows.hpp"
#include "core/sync/head_check.hpp"

namespace lastmile::node {

HeadLink::HeadLink(env::Clock& clock, env::Timers& timers, env::Network& network, env::Disk& disk, env::Random& random,
                   env::Executor& executor, store::Store& store, const PeerBook& peers, HashingJobs& jobs,
                   BlobReader& blobs, trace::Sink& sink, QueueGauges& gauges, const NodeConfig& config,
                   HeadSurroundings& surroundings)
    : clock_(clock),
      timers_(timers),
      network_(network),
      disk_(disk),
      random_(random),
      executor_(executor),
      store_(store),
      peers_(peers),
      jobs_(jobs),
      blobs_(blobs),
      sink_(sink),
      gauges_(gauges),
      config_(config),
      surroundings_(surroundings),
      book_([this](const std::string& signer) { return is_known(signer); }, config.limits.heads),
      inbox_({config.limits.head_inbox, config.limits.head_inbox_per_source}),
      archives_(config.limits.heads, config.limits.archives_wanted),
      blob_writer_(
          clock, store, [this](const store::Outcome& outcome) { surroundings_.follow(outcome); },
          [this](const Error& error) { surroundings_.damaged_by_heads(error); }),
      writer_(clock, timers, disk, random, store, jobs, blob_writer_, config, *this) {
  jobs_.reserve(1);  // one archive is read
  gauges_.set_limit(trace::Queue::heads, config.limits.head_inbox + config.limits.head_checks);
  network_.listen(env::Protocol::heads, *this);
}

bool HeadLink::is_known(const std::string& signer) const {
  if (config_.head_signer && signer == config_.head_signer->address()) return true;
  if (config_.head_signers && config_.head_signers->contains(signer)) return true;
  return std::any_of(config_.chains.begin(), config_.chains.end(), [&](const FollowedChain& chain) {
    return std::find(chain.emitters.begin(), chain.emitters.end(), signer) != chain.emitters.end();
  });
}

void HeadLink::start() {
  load();
  want_missing();
  follow_up();
  retry_later();
  writer_.start();
}

void HeadLink::load() {
  const env::Reader& disk = disk_.latest();
  std::vector<sync::HeadBook::Saved> saved;
  for (auto c = disk.seek(kHeadPrefix); c->valid() && c->key().starts_with(kHeadPrefix); c->next()) {
    const auto text = row_value(c->key(), c->value());
    if (!usable(text)) return;
    // One of another version is as if never seen: peers tell it again.
    if (auto record = read_record(*text)) saved.push_back(std::move(*record));
  }
  book_.restore(saved, clock_.now());
  for (auto c = disk.seek(kWantedPrefix); c->valid() && c->key().starts_with(kWantedPrefix); c->next()) {
    const auto name = message::ItemHash::parse(c->key().substr(kWantedPrefix.size()));
    const auto value = row_value(c->key(), c->value());
    if (!usable(value)) return;
    if (!name) continue;
    const std::string signer(*value);
    archives_.add(*name, signer, book_.is_stranger(signer), at_hand(*name), clock_.now());
  }
  auto missing = store_.missing_heads();
  if (!usable(missing)) return;
  missing_.insert(missing->begin(), missing->end());
  for (const sync::HeadBook::Saved& entry : saved) {
    const message::ItemHash name = sync::head_name(entry.newest);
    if (missing_.erase(name) == 0) continue;
    keep(name, to_bytes(sync::serialize_head(entry.newest)));
  }
}

template <class T>
bool HeadLink::usable(const Result<T>& result) const {
  if (result.ok()) return true;
  surroundings_.damaged_by_heads(result.error());
  return false;
}

bool HeadLink::at_hand(const message::ItemHash& file) const {
  const auto bytes = store_.file_bytes(file);
  return usable(bytes) && *bytes;
}

// As content that peers are served; what pins it is the head that names it.
void HeadLink::keep(const message::ItemHash& content, Bytes bytes, Callback<void()> written) {
  // Gone again: nothing pins it any more. It is asked for again.
  blob_writer_.write(content, std::move(bytes), store::Store::Keep::grace, std::move(written),
                     [this, content] { archives_.unavailable(content); });
}

void HeadLink::commit(env::Batch batch) {
  if (batch.empty()) return;
  disk_.commit(std::move(batch), [this](const Result<Unit>& written) { usable(written); });
}

// --- telling and hearing

void HeadLink::tell(env::PeerId peer, const std::vector<sync::Head>& heads) {
  for (std::size_t i = 0; i < heads.size(); i += kHeadsPerFrame) {
    const auto end = std::min(heads.size(), i + kHeadsPerFrame);
    network_.send(peer, env::Protocol::heads,
                  env::Frame::of_bytes(encode_heads({heads.begin() + static_cast<std::ptrdiff_t>(i),
                                                     heads.begin() + static_cast<std::ptrdiff_t>(end)})));
  }
}

void HeadLink::on_connected(env::PeerId peer) { tell(peer, book_.newest()); }

void HeadLink::on_request(env::PeerId, const env::Frame&, env::Reply reply) { reply(Error{"heads has no requests"}); }

void HeadLink::on_frame(env::PeerId from, const env::Frame& frame) {
  const Bytes bytes = frame->encode();
  const auto lines = lines_of(as_text(bytes));
  bool good = lines.size() <= kHeadsPerFrame;
  for (std::size_t i = 0; good && i < lines.size(); ++i) {
    auto head = sync::parse_head(lines[i]);
    good = head.ok();
    if (good) consider(std::move(*head), from);
  }
  if (!good) network_.close(from, env::CloseReason::protocol_error);
}

// Cheap looks first; then its signature is checked in turn with those that others told.
void HeadLink::consider(sync::Head head, std::optional<env::PeerId> from) {
  Told told{std::move(head), {}, from};
  told.name = sync::head_name(told.head);
  if (unchecked_.contains(told.name)) return;
  const auto seen = book_.look(told.head, from, clock_.now());
  if (seen == sync::HeadBook::Seen::known && !may_be_lost(told)) return;
  const std::uint64_t source = from ? std::uint64_t{from->value} + 1 : 0;
  const bool no_luck = random_.happens(env::RarePath::heads_full);
  if (seen == sync::HeadBook::Seen::full || !inbox_.has_room(source) || no_luck) return no_room(told);
  unchecked_.insert(told.name);
  const std::string signer = told.head.node;
  (void)inbox_.push(source, signer, std::move(told));
  check_next();
}

// A head of ours that this disk does not have was lost with the disk before, or torn off it. What we wrote since then
// may stand under numbers that others know already, so that nobody looked at it.
bool HeadLink::may_be_lost(const Told& told) const {
  return told.from && writer_.may_be_lost(told.head) && !at_hand(told.name);
}

void HeadLink::no_room(const Told& told) {
  gauges_.refuse(trace::Queue::heads, told.name.view());
  book_.unavailable(told.name);  // if a walk wants it, it is asked for again later
}

void HeadLink::check_next() {
  while (checking_ < config_.limits.head_checks) {
    auto told = inbox_.pop();
    if (!told) break;
    ++checking_;
    env::Job job = sync::head_check_job(told->head);
    executor_.submit(env::Lane::signatures, std::move(job),
                     [this, told = *std::move(told)](const env::JobResult& result) {
                       --checking_;
                       unchecked_.erase(told.name);
                       if (sync::head_checked(result)) on_checked(told);
                       check_next();
                     });
  }
  gauge();
}

// With the head, or a crash would leave one that is known and a repair that nobody remembers.
void HeadLink::on_checked(const Told& told) {
  env::Batch beside;
  if (may_be_lost(told)) {
    trace::mark(sink_, trace::RareState::own_head_lost);
    beside = writer_.lost(told.head);
  }
  on_head(told.head, told.name, told.from, std::move(beside));
}

void HeadLink::gauge() { gauges_.set_depth(trace::Queue::heads, inbox_.size() + checking_); }

// Its signature is good.
void HeadLink::on_head(const sync::Head& head, const message::ItemHash& name, std::optional<env::PeerId> from,
                       env::Batch&& beside) {
  const bool ours = config_.head_signer && head.node == config_.head_signer->address();
  const bool stranger = book_.is_stranger(head.node);
  // Accepted, it would be known without its archive. What we wrote ourselves is here and needs no place.
  const bool needs_place = !ours || !at_hand(head.archive);
  if (needs_place && !archives_.has_room(head.node, stranger)) {
    commit(std::move(beside));
    return no_room({head, name, from});
  }
  const auto before = book_.newest_of(head.node);
  if (book_.on_head(head, from, clock_.now()) != sync::HeadBook::Seen::accepted) return commit(std::move(beside));
  if (!before || head.sequence > before->sequence) {
    for (const env::PeerId peer : peers_.connected()) {
      if (!from || peer != *from) tell(peer, {head});
    }
  }
  // In one batch: a head that is known and an archive that is not wanted would mean that its messages are here.
  for (const auto& named : book_.take_archives()) {
    const bool here = at_hand(named.archive);
    if (ours && here) continue;  // written here, of messages that are here
    if (archives_.add(named.archive, named.signer, book_.is_stranger(named.signer), here, clock_.now())) {
      put_row(beside, kWantedPrefix + named.archive.text(), named.signer);
    }
  }
  beside = saved(std::move(beside));
  // Kept as content, so that others can walk through us. What strangers sign is kept for a grace only: anybody can
  // sign.
  if (stranger) {
    commit(std::move(beside));
  } else if (!usable(store_.pin_head(name, head.archive, std::move(beside), clock_.wall()))) {
    return;
  }
  keep(name, to_bytes(sync::serialize_head(head)));
  follow_up();
}

void HeadLink::want_missing() {
  for (const message::ItemHash& head : missing_) surroundings_.want_head_content(head);
}

void HeadLink::follow_up() {
  for (const message::ItemHash& head : book_.take_wanted_heads()) {
    if (!book_.wants(head)) continue;
    if (!at_hand(head)) {
      surroundings_.want_head_content(head);
      continue;
    }
    blobs_.read(head, [this, head](const env::Value& bytes) {
      if (bytes == nullptr) return surroundings_.want_head_content(head);
      content_arrived(head, *bytes);
    });
  }
  for (const message::ItemHash& archive : archives_.take_to_ask()) surroundings_.want_head_content(archive);
  take_in_next();
}

void HeadLink::content_arrived(const message::ItemHash& content, std::string_view bytes) {
  if (book_.wants(content)) {
    auto head = sync::parse_head(bytes);
    if (head.ok()) {
      consider(std::move(*head), std::nullopt);
    } else {
      book_.unavailable(content);  // no head has this name
    }
  }
  if (missing_.erase(content) != 0) keep(content, to_bytes(bytes));
  if (!archives_.contains(content)) return;
  // It is being written to the disk; from there it is read when its turn comes.
  keep(content, to_bytes(bytes), [this, content] {
    archives_.arrived(content);
    follow_up();
  });
}

void HeadLink::content_unavailable(const message::ItemHash& content) {
  book_.unavailable(content);
  archives_.unavailable(content);
}

void HeadLink::retry_later() {
  timers_.after(config_.intervals.head_retry, [this] {
    book_.retry(clock_.now());
    want_missing();
    env::Batch batch;
    for (const message::ItemHash& archive : archives_.expire(clock_.now())) {
      batch.remove(kWantedPrefix + archive.text());
    }
    commit(saved(std::move(batch)));
    follow_up();
    retry_later();
  });
}

// --- taking in: one archive at a time, so that what waits for the inbox stays bounded

void HeadLink::take_in_next() {
  if (taking_in_) return;
  const auto archive = archives_.take_at_hand();
  if (!archive) return;
  taking_in_ = true;
  blobs_.read(*archive, [this, archive = *archive](env::Value bytes) {
    if (bytes == nullptr) {  // damaged, or its grace is over
      taking_in_ = false;
      archives_.unavailable(archive);
      return follow_up();
    }
    jobs_.submit(chain::archive_reading_job(archive, std::move(bytes), true),
                 [this, archive](const env::JobResult& result) {
                   auto content = chain::archive_read(result);
                   if (content.ok()) return feed(archive, *std::move(content));
                   // What is no archive has no messages, now or ever: the name fixes the bytes.
                   if (usable(store_.unpin_head_archive(archive, clock_.wall()))) taken_in(archive);
                 });
  });
}

void HeadLink::feed(const message::ItemHash& archive, chain::SharedArchive content) {
  feed_.emplace(
      timers_, config_.limits, std::move(content),
      [this](const std::shared_ptr<const message::Envelope>& message, ReceiptDone receipt) {
        surroundings_.take_in_archived(message, std::move(receipt));
      },
      [this, archive] {
        feed_.reset();
        taken_in(archive);
      });
}

void HeadLink::taken_in(const message::ItemHash& archive) {
  archives_.taken_in(archive);
  env::Batch batch;
  batch.remove(kWantedPrefix + archive.text());
  commit(std::move(batch));
  taking_in_ = false;
  follow_up();
}

// Only what changed: the record of a signer whose head was accepted, or nothing of one that was forgotten.
env::Batch HeadLink::saved(env::Batch batch) {
  for (const std::string& signer : book_.take_changed()) {
    if (const auto saved = book_.saved(signer)) {
      put_row(batch, kHeadPrefix + signer, write_record(*saved));
      continue;
    }
    batch.remove(kHeadPrefix + signer);
    for (const message::ItemHash& archive : archives_.drop(signer)) batch.remove(kWantedPrefix + archive.text());
  }
  return batch;
}

}  // namespace lastmile::node
