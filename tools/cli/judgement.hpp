// What can be said of a message by itself, without a node: its form, its signature, and what it says (messages.md 1 to
// 3). Whether the sender may act for the owner, what it costs and what it refers to only a node knows.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/message/error_code.hpp"

namespace lastmile::tools {

struct Judgement {
  std::optional<std::string> item_hash;  // as the message names itself, whatever it is; absent when that is no text
  std::optional<message::ErrorCode> refusal;  // empty: valid
  bool authentic = false;  // form, hash and signature of the envelope are right, whatever the content says
  std::string reason;      // where and what was expected; empty when valid
  bool valid() const { return !refusal; }
};

// `text`: an envelope, or an answer of the API that holds one under "message". In this order: form of the envelope and,
// when it is inline, of the content (0), signature (1), and what no node could ever accept: an amend that names nothing
// (100), a FORGET that names nothing (500). Only where the content is right for another type the signature comes first:
// then it is the type that was changed (decision 0240). The content of a message that is not inline is not looked at.
// An error: the text is not a JSON object at all.
Result<Judgement> judge(std::string_view text);

}  // namespace lastmile::tools
