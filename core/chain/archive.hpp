// Archives of messages: what synchronization nodes publish and what the content store road keeps (messages.md 6.2, 6.5,
// architecture.md 8).
//
// A forgotten message stands in an archive as its tombstone: item_content is null and an extra last key `forgotten_by`
// lists the FORGET messages (`forgotten_with` after it names the original of a cascade). The reference knows neither
// key and refuses such an entry alone, so writing and reading them is a choice of the network.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/chain/limits.hpp"
#include "core/message/envelope.hpp"
#include "core/message/item_hash.hpp"
#include "core/message/refusal.hpp"

namespace lastmile::chain {

struct ArchiveContent {
  std::vector<std::shared_ptr<const message::Envelope>> messages;  // in the order of the archive, never null
  std::vector<message::Refusal> refused;                           // entries whose form is wrong, in order
  bool empty() const { return messages.empty() && refused.empty(); }
};

// The whole file. Error: not an `aleph`/1 object, or beyond kArchiveBytesMax or kArchiveMessagesMax. A wrong entry does
// not spoil the others. Signatures are not checked here.
Result<ArchiveContent> parse_archive(std::string_view text, bool tombstones);

// Collects entries up to limits and writes the file.
class ArchiveWriter {
 public:
  struct Limits {
    std::size_t messages = kArchiveMessagesMax;
    std::size_t bytes = 16 * 1024 * 1024;  // a first entry always fits
    bool tombstones = true;                // otherwise they are left out
  };
  explicit ArchiveWriter(Limits limits);

  // False: the archive is full, nothing was added.
  bool add(const message::Envelope& envelope);
  std::size_t count() const { return count_; }
  // {"protocol":"aleph","version":1,"content":{"messages":[...]}}: keys in this order, no spaces. Once.
  std::string finish();

 private:
  Limits limits_;
  std::string text_;
  std::size_t count_ = 0;
};

// How an archive is named: CIDv0 of the file as the network does, or its SHA-256 where no IPFS is wanted.
enum class ArchiveNaming { cid_v0, storage };
message::ItemHash archive_name(std::string_view text, ArchiveNaming naming);

}  // namespace lastmile::chain
