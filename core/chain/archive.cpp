#include "core/chain/archive.hpp"

#include <memory>
#include <utility>

#include "core/base/check.hpp"
#include "core/crypto/hash.hpp"
#include "core/ipfs/file_builder.hpp"
#include "core/message/json_tools.hpp"
#include "core/message/json_view.hpp"

namespace lastmile::chain {
namespace {

constexpr std::string_view kHead = R"({"protocol":"aleph","version":1,"content":{"messages":[)";
constexpr std::string_view kTail = "]}}";

std::string entry_of(const message::Envelope& envelope) {
  std::string entry = message::serialize_archive_entry(envelope);
  if (!envelope.is_tombstone()) return entry;
  LM_CHECK(!entry.empty() && entry.back() == '}');
  entry.pop_back();
  entry.append(R"(,"forgotten_by":[)");
  for (std::size_t i = 0; i < envelope.forgotten_by.size(); ++i) {
    if (i > 0) entry.push_back(',');
    message::append_json_string(entry, envelope.forgotten_by[i].view());
  }
  entry.push_back(']');
  if (envelope.forgotten_with) {
    entry.append(R"(,"forgotten_with":)");
    message::append_json_string(entry, envelope.forgotten_with->view());
  }
  entry.push_back('}');
  return entry;
}

}  // namespace

Result<ArchiveContent> parse_archive(std::string_view text, bool tombstones) {
  if (text.size() > kArchiveBytesMax)
    return Error{"archive: longer than " + std::to_string(kArchiveBytesMax) + " bytes"};
  const auto view = message::JsonView::parse(text);
  if (!view) return Error{"archive: " + view.error().text};
  if (!view->is_object()) return Error{"archive: an object expected"};
  const auto protocol = view->find("protocol");
  const auto version = view->find("version");
  if (!protocol || !protocol->is_string() || protocol->string() != "aleph")
    return Error{"archive.protocol: aleph expected"};
  if (!version || version->kind() != message::JsonKind::number || version->integer() != 1) {
    return Error{"archive.version: 1 expected"};
  }
  const auto content = view->find("content");
  const auto messages = content && content->is_object() ? content->find("messages") : std::nullopt;
  if (!messages || !messages->is_array()) return Error{"archive.content.messages: a list is required"};
  ArchiveContent result;
  const bool fits = messages->each([&](message::JsonView entry) {
    if (result.messages.size() + result.refused.size() == kArchiveMessagesMax) return false;
    auto envelope = message::parse_envelope(entry.raw(), {.tombstones = tombstones});
    if (envelope) {
      result.messages.push_back(std::make_shared<const message::Envelope>(std::move(*envelope)));
    } else {
      result.refused.push_back(envelope.error());
    }
    return true;
  });
  if (!fits) return Error{"archive.content.messages: more than " + std::to_string(kArchiveMessagesMax)};
  return result;
}

ArchiveWriter::ArchiveWriter(Limits limits) : limits_(limits), text_(kHead) {
  LM_CHECK(limits_.messages > 0 && limits_.messages <= kArchiveMessagesMax && limits_.bytes < kArchiveBytesMax / 2);
}

bool ArchiveWriter::add(const message::Envelope& envelope) {
  LM_CHECK(!text_.empty());
  if (envelope.is_tombstone() && !limits_.tombstones) return true;
  if (count_ >= limits_.messages) return false;
  const std::string entry = entry_of(envelope);
  if (count_ > 0 && text_.size() + 1 + entry.size() + kTail.size() > limits_.bytes) return false;
  if (count_ > 0) text_.push_back(',');
  text_.append(entry);
  ++count_;
  return true;
}

std::string ArchiveWriter::finish() {
  LM_CHECK(!text_.empty());
  text_.append(kTail);
  return std::exchange(text_, {});
}

message::ItemHash archive_name(std::string_view text, ArchiveNaming naming) {
  if (naming == ArchiveNaming::storage) return message::ItemHash::of(crypto::sha256(text));
  const auto file = ipfs::unixfs_file(ipfs::UnixFsProfile::v0, as_bytes(text));
  const auto name = message::ItemHash::parse(file.cid.text());
  LM_CHECK(name.has_value());
  return *name;
}

}  // namespace lastmile::chain
