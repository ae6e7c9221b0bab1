// The closed sets of `type` and `item_type` (messages.md 1). Numbers never leave the process: wire and disk carry the
// text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lastmile::message {

enum class Type : std::uint8_t { POST, AGGREGATE, STORE, PROGRAM, INSTANCE, FORGET, V_PROGRAM };
inline constexpr std::size_t kTypeCount = 7;
inline constexpr std::array<Type, kTypeCount> kAllTypes{Type::POST,     Type::AGGREGATE, Type::STORE,    Type::PROGRAM,
                                                        Type::INSTANCE, Type::FORGET,    Type::V_PROGRAM};

// As signed and as written in messages: "POST" ... "V-PROGRAM".
std::string_view type_text(Type type);
// Exact, case sensitive; empty for anything else (error 0).
std::optional<Type> parse_type(std::string_view text);

// Where the content of a message is: in the envelope, or under its hash in a content store.
enum class ItemType : std::uint8_t { inlined, storage, ipfs };

// "inline", "storage", "ipfs".
std::string_view item_type_text(ItemType item_type);
std::optional<ItemType> parse_item_type(std::string_view text);

}  // namespace lastmile::message
