#include "core/chain/archive_job.hpp"

#include <utility>

#include "core/base/check.hpp"
#include "core/base/siphash.hpp"

namespace lastmile::chain {
namespace {

struct ReadOutput final : env::JobOutput {
  explicit ReadOutput(Result<ArchiveContent> c) : content(std::move(c)) {}
  std::size_t memory_bytes() const override { return bytes; }
  Result<ArchiveContent> content;
  std::size_t bytes = 0;
};

// docs/decisions/0113.
constexpr std::int64_t kReadingNsPerKib = 10'000;
constexpr std::int64_t kWritingNsPerKib = 3'000;

// Envelopes keep the texts of their entries beside their fields.
constexpr std::size_t kMemoryPerByte = 2;

env::JobKey reading_key(const message::ItemHash& name, bool tombstones) {
  static constexpr SipKey kHigh{0x6172636869766520, 0x72656164696e6720};
  static constexpr SipKey kLow{0x6f6620616e206172, 0x636869766520312e};
  const std::string text = (tombstones ? "t " : "p ") + name.text();
  return {siphash_2_4(kHigh, as_bytes(text)), siphash_2_4(kLow, as_bytes(text))};
}

// What an entry takes beside its content: names, hash, signature, times.
constexpr std::size_t kEntryBytes = 400;

std::size_t size_of(const ArchiveOrder& order) {
  std::size_t bytes = 0;
  for (const auto& envelope : order.messages) {
    const auto& content = envelope->item_content;
    bytes += kEntryBytes + (content ? content->size() : 0);
    if (bytes > order.limits.bytes) return order.limits.bytes;
  }
  return bytes;
}

}  // namespace

Duration archive_reading_cost(std::size_t bytes) {
  return microseconds(1) + nanoseconds(static_cast<std::int64_t>(bytes) * kReadingNsPerKib / 1024);
}

Duration archive_writing_cost(std::size_t bytes) {
  return microseconds(1) + nanoseconds(static_cast<std::int64_t>(bytes) * kWritingNsPerKib / 1024);
}

env::Job archive_reading_job(const message::ItemHash& name, env::Value bytes, bool tombstones) {
  LM_CHECK(bytes != nullptr);
  env::Job job;
  job.key = reading_key(name, tombstones);
  job.cost = archive_reading_cost(bytes->size());
  job.run = [bytes = std::move(bytes), tombstones]() -> env::JobResult {
    auto output = std::make_shared<ReadOutput>(parse_archive(*bytes, tombstones));
    output->bytes = kMemoryPerByte * bytes->size();
    return output;
  };
  return job;
}

Result<SharedArchive> archive_read(const env::JobResult& result) {
  auto output = std::dynamic_pointer_cast<const ReadOutput>(result);
  LM_CHECK(output != nullptr);
  if (!output->content.ok()) return output->content.error();
  const ArchiveContent* content = &*output->content;
  return SharedArchive(std::move(output), content);
}

std::shared_ptr<const WrittenArchive> write_archive(const ArchiveOrder& order) {
  ArchiveWriter writer(order.limits);
  auto written = std::make_shared<WrittenArchive>();
  while (written->messages < order.messages.size() && writer.add(*order.messages[written->messages])) {
    ++written->messages;
  }
  written->text = writer.finish();
  written->name = archive_name(written->text, order.naming);
  return written;
}

env::Job archive_writing_job(ArchiveOrder order) {
  env::Job job;  // no key: what one node packs another does not
  job.cost = archive_writing_cost(size_of(order));
  job.run = [order = std::move(order)]() -> env::JobResult { return write_archive(order); };
  return job;
}

std::shared_ptr<const WrittenArchive> archive_written(const env::JobResult& result) {
  auto written = std::dynamic_pointer_cast<const WrittenArchive>(result);
  LM_CHECK(written != nullptr);
  return written;
}

}  // namespace lastmile::chain
