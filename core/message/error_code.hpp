// Why a message was refused: the numbers of messages.md 5.5, which clients see.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lastmile::message {

enum class ErrorCode : std::int16_t {
  internal = -1,
  invalid_format = 0,
  invalid_signature = 1,
  permission_denied = 2,
  content_unavailable = 3,
  file_unavailable = 4,
  balance_insufficient = 5,
  credit_insufficient = 6,
  amend_without_ref = 100,
  amend_target_not_found = 101,
  amend_of_amend = 102,
  store_ref_not_found = 200,
  store_ref_has_ref = 201,
  payment_method_ended = 202,
  vm_to_replace_not_found = 300,
  vm_volume_not_found = 301,
  vm_amend_not_allowed = 302,
  vm_replaces_upgrade = 303,
  vm_volume_too_small = 304,
  forget_names_nothing = 500,
  forget_target_not_found = 501,
  forget_of_forget = 502,
  forget_of_used_file = 503,
  already_forgotten = 504,
};
inline constexpr std::size_t kErrorCodeCount = 24;
extern const std::array<ErrorCode, kErrorCodeCount> kAllErrorCodes;  // ascending

constexpr int number(ErrorCode code) { return static_cast<int>(code); }
std::optional<ErrorCode> parse_error_code(std::int64_t number);
// The meaning, in the words of messages.md 5.5.
std::string_view error_text(ErrorCode code);

// Marked R: a lack that may end. Such a message waits for what it lacks and is judged again.
bool retryable(ErrorCode code);

}  // namespace lastmile::message
