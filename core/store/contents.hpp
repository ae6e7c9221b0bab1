// Contents of messages that are not inline. Their one copy lies here, in parts, so that a peer who asks for a range
// does not make the node read the whole: judging again needs them at once, which blobs cannot give.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/message/item_hash.hpp"
#include "core/store/transaction.hpp"

namespace lastmile::store {

inline constexpr std::size_t kContentPartBytes = std::size_t{1} << 20;

void write_fetched(Transaction& tx, const message::ItemHash& hash, std::string_view text);
void remove_fetched(Transaction& tx, const message::ItemHash& hash);

// Empty when nothing is here under this hash.
std::optional<std::uint64_t> fetched_bytes(const Source& source, const message::ItemHash& hash);
// As much of the range as there is; a part that is missing or has another length is damage.
std::optional<std::string> read_fetched(const Source& source, const message::ItemHash& hash, std::uint64_t offset = 0,
                                        std::uint64_t length = ~std::uint64_t{0});

}  // namespace lastmile::store
