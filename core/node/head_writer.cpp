#include "core/node/head_writer.hpp"

#include <limits>

#include "core/base/present.hpp"
#include "core/chain/archive_job.hpp"
#include "core/node/own_rows.hpp"

namespace lastmile::node {

HeadWriter::HeadWriter(env::Clock& clock, env::Timers& timers, env::Disk& disk, env::Random& random,
                       store::Store& store, HashingJobs& jobs, BlobWriter& blobs, const NodeConfig& config,
                       HeadWriterHost& host)
    : clock_(clock),
      timers_(timers),
      disk_(disk),
      random_(random),
      store_(store),
      jobs_(jobs),
      blobs_(blobs),
      config_(config),
      host_(host) {
  jobs_.reserve(1);
}

void HeadWriter::start() {
  const env::Reader& disk = disk_.latest();
  for (auto c = disk.seek(kDuePrefix); c->valid() && c->key().starts_with(kDuePrefix); c->next()) {
    if (const auto name = message::ItemHash::parse(c->key().substr(kDuePrefix.size()))) due_.insert(*name);
  }
  const auto lost = find_row(disk, kLostKey);
  if (!lost.ok()) return host_.head_writer_damaged(lost.error());
  if (const auto& row = *lost) lost_ = read_lost(*row).value_or(LostHeads{});
  if (config_.head_signer) write_later();
}

bool HeadWriter::may_be_lost(const sync::Head& head) const {
  return config_.head_signer && head.node == config_.head_signer->address() && head.sequence > lost_.newest;
}

env::Batch HeadWriter::lost(const sync::Head& head) {
  lost_ = {head.sequence, true};
  env::Batch row;
  put_row(row, kLostKey, write_lost(lost_));
  return row;
}

void HeadWriter::commit(env::Batch batch) {
  if (batch.empty()) return;
  disk_.commit(std::move(batch), [this](const Result<Unit>& written) {
    if (!written.ok()) host_.head_writer_damaged(written.error());
  });
}

void HeadWriter::on_news(const message::ItemHash& hash) {
  if (!config_.head_signer) return;
  if (writing_) again_.insert(hash);
  if (!due_.insert(hash).second) return;
  env::Batch batch;
  batch.put(kDuePrefix + hash.text(), "");
  commit(std::move(batch));
}

struct HeadWriter::Writing {
  std::vector<message::ItemHash> messages;  // of the archive, in its order
  std::vector<message::ItemHash> gone;      // due, and not here any more
  std::shared_ptr<const chain::WrittenArchive> archive;
  sync::Head head;
};

void HeadWriter::write_later() {
  timers_.after(config_.intervals.archive_every, [this] {
    write();
    write_later();
  });
}

void HeadWriter::write() {
  if (writing_) return;
  if (lost_.due) all_is_due();
  if (due_.empty()) return;
  auto writing = std::make_shared<Writing>();
  chain::ArchiveOrder order;
  if (random_.happens(env::RarePath::archive_cut_short)) order.limits.messages = 1;
  for (const message::ItemHash& hash : due_) {
    if (order.messages.size() == order.limits.messages) break;
    const auto envelope = store_.envelope_for_peer(hash);
    if (!envelope.ok()) return host_.head_writer_damaged(envelope.error());
    if (*envelope == nullptr) {
      writing->gone.push_back(hash);
      continue;
    }
    order.messages.push_back(*envelope);
    writing->messages.push_back(hash);
  }
  if (order.messages.empty()) return;
  writing_ = true;
  again_.clear();
  jobs_.submit(chain::archive_writing_job(std::move(order)), [this, writing](const env::JobResult& result) {
    writing->archive = chain::archive_written(result);
    writing->messages.resize(writing->archive->messages);  // full: the rest goes into the next one
    put_on_disk(writing);
  });
}

// The archive, then the head, then the word that both are there.
void HeadWriter::put_on_disk(const std::shared_ptr<Writing>& writing) {
  sync::Head& head = writing->head;
  head.archive = writing->archive->name;
  if (const auto before = host_.newest_of_ours()) {
    head.sequence = before->sequence + 1;
    head.previous = sync::head_name(*before);
  } else {
    head.sequence = 1;
  }
  head.time = clock_.wall();
  sync::sign_head(head, present(config_.head_signer));

  // Nothing but their holds pins them before the word that both are there. Should one be gone nevertheless, found to be
  // damaged, everything is still due.
  const auto gone = [this, writing] {
    writing_ = false;
    let_go(*writing);
  };
  const auto keep_head = [this, writing, gone] {
    blobs_.write(
        sync::head_name(writing->head), to_bytes(sync::serialize_head(writing->head)), store::Store::Keep::for_heads,
        [this, writing] { written(*writing); }, gone);
  };
  blobs_.write(head.archive, to_bytes(writing->archive->text), store::Store::Keep::for_heads, keep_head, gone);
}

void HeadWriter::written(const Writing& writing) {
  env::Batch done;
  for (const auto* list : {&writing.messages, &writing.gone}) {
    for (const message::ItemHash& hash : *list) {
      if (again_.contains(hash)) continue;  // the archive tells an older state of it
      due_.erase(hash);
      done.remove(kDuePrefix + hash.text());
    }
  }
  writing_ = false;
  host_.head_written(writing.head, std::move(done));
  let_go(writing);
}

void HeadWriter::let_go(const Writing& writing) {
  for (const message::ItemHash& file : {writing.head.archive, sync::head_name(writing.head)}) {
    blobs_.release(file, store::Store::Keep::for_heads);
  }
}

// In one batch, at most once per archive interval, however many lost heads we are told of.
void HeadWriter::all_is_due() {
  constexpr std::size_t kAtOnce = 10'000;
  const store::HeldItem end{std::numeric_limits<std::int64_t>::max(), {}};
  env::Batch batch;
  for (store::HeldItem from;;) {  // the last of a page is the first of the next one
    const auto items = store_.held_items(from, end, kAtOnce);
    if (!items.ok()) return host_.head_writer_damaged(items.error());
    for (const store::HeldItem& item : *items) {
      if (due_.insert(item.hash).second) batch.put(kDuePrefix + item.hash.text(), "");
    }
    if (items->size() < kAtOnce) break;
    from = items->back();
  }
  lost_.due = false;
  put_row(batch, kLostKey, write_lost(lost_));
  commit(std::move(batch));
}

}  // namespace lastmile::node
