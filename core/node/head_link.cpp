#include "core/node/head_link.hpp"

#include <algorithm>
#include <limits>

namespace lastmile::node {
namespace {

// Tables of the node beside those of the store.
const std::string kDuePrefix = "\xf1";     // + item hash: to be archived by us
const std::string kHeadPrefix = "\xf2";    // + signer: newest head, then the walk that was under way
const std::string kWantedPrefix = "\xf3";  // + archive: named by a head, to be taken in

// Heads travel as bytes: one per line. They are few and small, and a line is what the content store keeps too.
Bytes encode_heads(const std::vector<sync::Head>& heads) {
  Bytes bytes;
  for (const sync::Head& head : heads) {
    append(bytes, sync::serialize_head(head));
    bytes.push_back('\n');
  }
  return bytes;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) break;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

HeadLink::HeadLink(env::Clock& clock, env::Timers& timers, env::Network& network, env::Disk& disk, store::Store& store,
                   const PeerBook& peers, const NodeConfig& config, HeadSurroundings& surroundings)
    : clock_(clock),
      timers_(timers),
      network_(network),
      disk_(disk),
      store_(store),
      peers_(peers),
      config_(config),
      surroundings_(surroundings) {
  network_.listen(env::Protocol::heads, *this);
}

void HeadLink::start() {
  std::vector<sync::HeadBook::Saved> saved;
  for (auto c = disk_.latest().seek(kHeadPrefix); c->valid() && c->key().starts_with(kHeadPrefix); c->next()) {
    const auto lines = lines_of(c->value());
    if (lines.empty()) continue;
    auto head = sync::parse_head(lines[0]);
    if (!head.ok()) continue;  // as if never seen: peers tell it again
    sync::HeadBook::Saved entry{std::move(*head), {}};
    for (std::size_t i = 1; i < lines.size(); ++i) {
      if (const auto name = message::ItemHash::parse(lines[i])) entry.unlinked.push_back(*name);
    }
    saved.push_back(std::move(entry));
  }
  book_.restore(saved);
  for (auto c = disk_.latest().seek(kDuePrefix); c->valid() && c->key().starts_with(kDuePrefix); c->next()) {
    if (const auto name = message::ItemHash::parse(c->key().substr(kDuePrefix.size()))) due_.insert(*name);
  }
  for (auto c = disk_.latest().seek(kWantedPrefix); c->valid() && c->key().starts_with(kWantedPrefix); c->next()) {
    if (const auto name = message::ItemHash::parse(c->key().substr(kWantedPrefix.size())))
      archives_wanted_.insert(*name);
  }
  follow_up();
  retry_later();
  if (config_.head_signer) write_later();
}

void HeadLink::on_news(const message::ItemHash& hash) {
  if (!config_.head_signer || !due_.insert(hash).second) return;
  env::Batch batch;
  batch.put(kDuePrefix + hash.text(), "");
  disk_.commit(std::move(batch), [this](Result<Unit> written) {
    if (!written.ok()) surroundings_.damaged_by_heads(written.error());
  });
}

// --- writing

void HeadLink::write_later() {
  timers_.after(config_.intervals.archive_every, [this] {
    write();
    write_later();
  });
}

void HeadLink::write() {
  if (writing_) return;
  if (all_due_) all_is_due();
  if (due_.empty()) return;
  chain::ArchiveWriter writer({.tombstones = true});
  std::vector<message::ItemHash> written;
  for (const message::ItemHash& hash : due_) {
    const auto envelope = store_.envelope_for_peer(hash);
    if (!envelope.ok()) return surroundings_.damaged_by_heads(envelope.error());
    if (*envelope != nullptr && !writer.add(**envelope)) break;  // full: the rest goes into the next one
    written.push_back(hash);
  }
  if (writer.count() == 0) return;
  const std::string archive = writer.finish();
  sync::Head head;
  head.archive = chain::archive_name(archive, chain::ArchiveNaming::cid_v0);
  if (const auto before = book_.newest_of(config_.head_signer->address())) {
    head.sequence = before->sequence + 1;
    head.previous = sync::head_name(*before);
  } else {
    head.sequence = 1;
  }
  head.time = clock_.wall();
  sync::sign_head(head, *config_.head_signer);

  // The archive, then the head, then the word that both are there.
  writing_ = true;
  disk_.put_blob(head.archive.text(), to_bytes(archive), [this, head, written](Result<Unit> archived) {
    if (!archived.ok()) return surroundings_.damaged_by_heads(archived.error());
    disk_.put_blob(sync::head_name(head).text(), to_bytes(sync::serialize_head(head)),
                   [this, head, written](Result<Unit> named) {
                     if (!named.ok()) return surroundings_.damaged_by_heads(named.error());
                     env::Batch batch;
                     for (const message::ItemHash& hash : written) {
                       due_.erase(hash);
                       batch.remove(kDuePrefix + hash.text());
                     }
                     disk_.commit(std::move(batch), [](Result<Unit>) {});
                     writing_ = false;
                     on_head(head, std::nullopt);
                   });
  });
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
    const auto head = sync::parse_head(lines[i]);
    good = head.ok();
    if (good) on_head(*head, from);
  }
  if (!good) network_.close(from, env::CloseReason::protocol_error);
}

// A head of ours that this disk does not have was lost with the disk before, or torn off it. What we wrote since then
// may stand under numbers that others know already, so that nobody looked at it.
void HeadLink::notice_lost(const sync::Head& head) {
  if (!config_.head_signer || head.node != config_.head_signer->address()) return;
  if (head.sequence <= lost_sequence_ || disk_.blob_size(sync::head_name(head).view())) return;
  if (!sync::head_is_authentic(head)) return;
  lost_sequence_ = head.sequence;
  all_due_ = true;
}

// In one batch, at most once per archive interval, however many lost heads we are told of.
void HeadLink::all_is_due() {
  constexpr std::size_t kAtOnce = 10'000;
  const store::HeldItem end{std::numeric_limits<std::int64_t>::max(), {}};
  env::Batch batch;
  for (store::HeldItem from;;) {  // the last of a page is the first of the next one
    const auto items = store_.held_items(from, end, kAtOnce);
    if (!items.ok()) return surroundings_.damaged_by_heads(items.error());
    for (const store::HeldItem& item : *items) {
      if (due_.insert(item.hash).second) batch.put(kDuePrefix + item.hash.text(), "");
    }
    if (items->size() < kAtOnce) break;
    from = items->back();
  }
  all_due_ = false;
  disk_.commit(std::move(batch), [this](Result<Unit> written) {
    if (!written.ok()) surroundings_.damaged_by_heads(written.error());
  });
}

void HeadLink::on_head(const sync::Head& head, std::optional<env::PeerId> from) {
  if (from) notice_lost(head);
  const auto before = book_.newest_of(head.node);
  if (book_.on_head(head) != sync::HeadBook::Seen::accepted) return;
  const std::string text = sync::serialize_head(head);
  // Kept as content, so that others can walk through us.
  disk_.put_blob(sync::head_name(head).text(), to_bytes(text), [this](Result<Unit> written) {
    if (!written.ok()) surroundings_.damaged_by_heads(written.error());
  });
  if (!before || head.sequence > before->sequence) {
    for (const env::PeerId peer : peers_.connected()) {
      if (!from || peer != *from) tell(peer, {head});
    }
  }
  // In one batch: a head that is known and an archive that is not wanted would mean that its messages are here.
  env::Batch batch;
  for (const message::ItemHash& archive : book_.take_archives()) {
    const bool ours = config_.head_signer && head.node == config_.head_signer->address();
    if (ours && disk_.blob_size(archive.view())) continue;  // written here, of messages that are here
    if (archives_wanted_.insert(archive).second) batch.put(kWantedPrefix + archive.text(), "");
  }
  save(std::move(batch));
  follow_up();
}

void HeadLink::follow_up() {
  for (const message::ItemHash& head : book_.take_wanted_heads()) surroundings_.want_head_content(head);
  ask();
  take_in_next();
}

void HeadLink::ask() {
  std::size_t asked = 0;
  for (const message::ItemHash& archive : archives_wanted_) {
    if (disk_.blob_size(archive.view())) continue;
    if (++asked > config_.limits.archives_wanted) break;
    surroundings_.want_head_content(archive);
  }
}

void HeadLink::content_arrived(const message::ItemHash& content, std::string_view bytes) {
  if (book_.wants(content)) {
    const auto head = sync::parse_head(bytes);
    if (head.ok()) on_head(*head, std::nullopt);
  }
  if (!archives_wanted_.contains(content)) return;
  // It is being written to the disk; from there it is read when its turn comes.
  disk_.put_blob(content.text(), to_bytes(bytes), [this](Result<Unit> written) {
    if (!written.ok()) return surroundings_.damaged_by_heads(written.error());
    take_in_next();
    ask();
  });
}

void HeadLink::content_unavailable(const message::ItemHash& content) { book_.unavailable(content); }

void HeadLink::retry_later() {
  timers_.after(config_.intervals.head_retry, [this] {
    book_.retry();
    follow_up();
    retry_later();
  });
}

// --- taking in: one archive at a time, so that what waits for the inbox stays bounded

struct HeadLink::Intake {
  message::ItemHash archive;
  std::vector<std::shared_ptr<const message::Envelope>> messages;
  std::size_t next = 0;  // to be offered
  std::size_t outstanding = 0;
  bool done = false;
};

void HeadLink::take_in_next() {
  if (taking_in_) return;
  for (const message::ItemHash& archive : archives_wanted_) {
    if (!disk_.blob_size(archive.view())) continue;
    taking_in_ = true;
    disk_.get_blob({.name = archive.text()}, [this, archive](Result<Bytes> bytes) {
      if (!bytes.ok()) return surroundings_.damaged_by_heads(bytes.error());
      auto content = chain::parse_archive(as_text(*bytes), true);
      auto intake = std::make_shared<Intake>();
      intake->archive = archive;
      if (content.ok()) {  // what is no archive has no messages, now or ever: the name fixes the bytes
        for (message::Envelope& envelope : content->messages) {
          intake->messages.push_back(std::make_shared<const message::Envelope>(std::move(envelope)));
        }
      }
      feed(intake);
    });
    return;
  }
}

void HeadLink::feed(const std::shared_ptr<Intake>& intake) {
  while (intake->next < intake->messages.size() && intake->outstanding < config_.limits.feed_at_once) {
    const std::size_t position = intake->next++;
    ++intake->outstanding;
    // May be called before take_in_archived returns, so what follows happens later.
    const auto done = [this, intake, position](const Receipt& receipt) {
      --intake->outstanding;
      const bool no_room = receipt.status == message::Status::none;
      if (no_room) intake->next = std::min(intake->next, position);
      timers_.after(no_room ? config_.limits.feed_pause : Duration{}, [this, intake] { feed(intake); });
    };
    if (surroundings_.take_in_archived(intake->messages[position], done) == Admission::full) return;
  }
  if (intake->done || intake->next < intake->messages.size() || intake->outstanding > 0) return;
  intake->done = true;
  archives_wanted_.erase(intake->archive);
  env::Batch batch;
  batch.remove(kWantedPrefix + intake->archive.text());
  disk_.commit(std::move(batch), [this](Result<Unit> written) {
    if (!written.ok()) surroundings_.damaged_by_heads(written.error());
  });
  taking_in_ = false;
  ask();
  take_in_next();
}

void HeadLink::save(env::Batch batch) {
  for (const sync::HeadBook::Saved& entry : book_.save()) {
    std::string value = sync::serialize_head(entry.newest) + "\n";
    for (const message::ItemHash& name : entry.unlinked) value += name.text() + "\n";
    batch.put(kHeadPrefix + entry.newest.node, std::move(value));
  }
  disk_.commit(std::move(batch), [this](Result<Unit> written) {
    if (!written.ok()) surroundings_.damaged_by_heads(written.error());
  });
}

}  // namespace lastmile::node
