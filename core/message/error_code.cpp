#include "core/message/error_code.hpp"

#include "core/base/check.hpp"

namespace lastmile::message {

const std::array<ErrorCode, kErrorCodeCount> kAllErrorCodes{
    ErrorCode::internal,
    ErrorCode::invalid_format,
    ErrorCode::invalid_signature,
    ErrorCode::permission_denied,
    ErrorCode::content_unavailable,
    ErrorCode::file_unavailable,
    ErrorCode::balance_insufficient,
    ErrorCode::credit_insufficient,
    ErrorCode::amend_without_ref,
    ErrorCode::amend_target_not_found,
    ErrorCode::amend_of_amend,
    ErrorCode::store_ref_not_found,
    ErrorCode::store_ref_has_ref,
    ErrorCode::payment_method_ended,
    ErrorCode::vm_to_replace_not_found,
    ErrorCode::vm_volume_not_found,
    ErrorCode::vm_amend_not_allowed,
    ErrorCode::vm_replaces_upgrade,
    ErrorCode::vm_volume_too_small,
    ErrorCode::forget_names_nothing,
    ErrorCode::forget_target_not_found,
    ErrorCode::forget_of_forget,
    ErrorCode::forget_of_used_file,
    ErrorCode::already_forgotten,
};

std::optional<ErrorCode> parse_error_code(std::int64_t number) {
  for (const ErrorCode code : kAllErrorCodes) {
    if (message::number(code) == number) return code;
  }
  return std::nullopt;
}

std::string_view error_text(ErrorCode code) {
  switch (code) {
    case ErrorCode::internal:
      return "internal error";
    case ErrorCode::invalid_format:
      return "invalid format";
    case ErrorCode::invalid_signature:
      return "invalid or missing signature";
    case ErrorCode::permission_denied:
      return "permission denied";
    case ErrorCode::content_unavailable:
      return "message content unavailable";
    case ErrorCode::file_unavailable:
      return "related file unavailable";
    case ErrorCode::balance_insufficient:
      return "insufficient token balance";
    case ErrorCode::credit_insufficient:
      return "insufficient credits";
    case ErrorCode::amend_without_ref:
      return "amend without ref";
    case ErrorCode::amend_target_not_found:
      return "amend target not found";
    case ErrorCode::amend_of_amend:
      return "amend of an amend";
    case ErrorCode::store_ref_not_found:
      return "STORE ref not found";
    case ErrorCode::store_ref_has_ref:
      return "STORE ref points to a STORE that has a ref";
    case ErrorCode::payment_method_ended:
      return "payment method no longer allowed";
    case ErrorCode::vm_to_replace_not_found:
      return "VM to replace not found";
    case ErrorCode::vm_volume_not_found:
      return "VM volume not found";
    case ErrorCode::vm_amend_not_allowed:
      return "VM amend not allowed";
    case ErrorCode::vm_replaces_upgrade:
      return "VM replaces an upgrade";
    case ErrorCode::vm_volume_too_small:
      return "volume smaller than its parent";
    case ErrorCode::forget_names_nothing:
      return "FORGET names nothing";
    case ErrorCode::forget_target_not_found:
      return "FORGET target not found";
    case ErrorCode::forget_of_forget:
      return "FORGET of a FORGET";
    case ErrorCode::forget_of_used_file:
      return "FORGET of a file in use by a VM";
    case ErrorCode::already_forgotten:
      return "message already forgotten";
  }
  LM_CHECK(false);
}

bool retryable(ErrorCode code) {
  switch (code) {
    case ErrorCode::internal:
    case ErrorCode::content_unavailable:
    case ErrorCode::file_unavailable:
    case ErrorCode::amend_target_not_found:
    case ErrorCode::store_ref_not_found:
    case ErrorCode::vm_to_replace_not_found:
    case ErrorCode::vm_volume_not_found:
    case ErrorCode::forget_target_not_found:
      return true;
    default:
      return false;
  }
}

}  // namespace lastmile::message
