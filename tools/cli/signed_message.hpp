// Messages as users make them: content, hash, signature (messages.md 1 to 3). Equal input gives equal bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/crypto/account.hpp"
#include "core/message/envelope.hpp"

namespace lastmile::tools {

struct Author {
  crypto::Account account;
  std::string owner;                   // on whose behalf; empty: the account itself
  std::optional<std::string> channel;  // not signed
  double time = 0;                     // seconds since 1970, of content and envelope
};

struct SignedMessage {
  message::Envelope envelope;
  // The content, when it is too long to be part of the envelope: to be stored under the envelope's hash first.
  std::optional<std::string> stored_content;
};

// The members of a content after owner and time, as JSON text with its leading comma. `content` stays as its author
// wrote it.
std::string post_members(std::string_view type, std::string_view content, std::string_view ref);
std::string aggregate_members(std::string_view key, std::string_view content);
std::string store_members(message::ItemType engine, std::string_view file_hash, std::string_view ref);
std::string forget_members(const std::vector<std::string>& hashes, std::string_view reason);

// Errors: what the rules of the type refuse, before anything is sent.
Result<SignedMessage> sign_message(const Author& author, message::Type type, std::string_view members);

}  // namespace lastmile::tools
