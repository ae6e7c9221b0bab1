// The JSON text that a synchronization transaction carries (messages.md 6.2).
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "core/base/result.hpp"
#include "core/message/item_hash.hpp"

namespace lastmile::chain {

// `aleph-offchain`/1: the archive is a file with this name.
struct ArchiveReference {
  message::ItemHash archive;
};
// `aleph`/1: the transaction is the archive itself (old history). Text as found, for parse_archive.
struct MessagesOnChain {
  std::string text;
};
using SyncPayload = std::variant<ArchiveReference, MessagesOnChain>;

// Error for anything else: such transactions are skipped.
Result<SyncPayload> parse_payload(std::string_view text);

// {"protocol":"aleph-offchain","version":1,"content":"<hash>"}
std::string write_payload(const message::ItemHash& archive);

}  // namespace lastmile::chain
