// What wallets write: contents of about a wanted size, and signed envelopes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/crypto/account.hpp"
#include "core/message/envelope.hpp"
#include "core/message/type.hpp"
#include "scenarios/engine/traffic/traffic.hpp"

namespace lastmile::scenario {

// "1767225635.123456": seconds with as many digits as microseconds need. Reads back as the same microsecond.
std::string seconds_text(Wall time);

// Head of every content: {"address": ..., "time": ...; the caller appends members and the brace.
std::string content_head(std::string_view address, Wall time);

// Letters, digits and spaces; never anything that JSON or percent-decoding would touch.
std::string filler(Generator& draws, std::size_t length);
Bytes file_bytes(Generator& draws, std::size_t length);

// Of a message of this account: sender, chain, type, the hash of its content, and the time, to the microsecond.
message::Envelope envelope_head(const crypto::Account& sender, message::Type type, std::string_view content, Wall time);

// Signs and fills hash, sender, signature, envelope and type; a content of 50,000 bytes or more travels as a file of
// its own (messages.md 1.1), which becomes an upload.
void seal(Publication& publication, const crypto::Account& account, message::Type type, std::string content, Wall time,
          std::string_view channel);

}  // namespace lastmile::scenario
