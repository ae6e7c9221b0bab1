// Every value that is not empty ends with a check of its key and bytes, so that a disk which gives back something else
// than was written is noticed whatever the bytes mean. Against accidents, not against who can write to the disk. An
// empty value has none: most rows are index keys whose value nobody reads.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lastmile::store {

inline constexpr std::size_t kValueCheckBytes = 4;

// Appends the check, unless the value is empty.
void add_check(std::string_view key, std::string& value);
// The value without its check; nothing when they do not fit.
std::optional<std::string_view> checked(std::string_view key, std::string_view stored);

}  // namespace lastmile::store
