// What the rules say about one message against the present state. Pure outcome: nothing was changed yet.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/economy/cost.hpp"
#include "core/message/error_code.hpp"
#include "core/store/outcome.hpp"
#include "core/store/records.hpp"

namespace lastmile::store {

struct Verdict {
  enum class Kind {
    apply,   // every rule is content; a paid message may still lack money
    refuse,  // `code`; waits when the code is retryable
    forget,  // goes with what it belongs to, or a FORGET has named it already
  };
  Kind kind = Kind::apply;

  // refuse
  message::ErrorCode code = message::ErrorCode::internal;
  std::string details;  // JSON text or empty
  std::vector<Need> needs;

  // forget
  std::vector<message::ItemHash> by;
  std::optional<message::ItemHash> with;
  bool unproven = false;

  // apply, paid messages
  std::optional<economy::Cost> cost;
  std::optional<CommitmentRow> commitment;  // has to be afforded
  Wall effective;                           // its place on the timeline

  static Verdict apply() { return {}; }
  static Verdict refuse(message::ErrorCode code, std::string details = {}, std::vector<Need> needs = {}) {
    Verdict v;
    v.kind = Kind::refuse;
    v.code = code;
    v.details = std::move(details);
    v.needs = std::move(needs);
    return v;
  }
  static Verdict forget(std::vector<message::ItemHash> by, std::optional<message::ItemHash> with) {
    Verdict v;
    v.kind = Kind::forget;
    v.by = std::move(by);
    v.with = with;
    return v;
  }
};

// {"errors":[...]} around one JSON value.
std::string errors_text(std::string_view json_value);
std::string error_sentence(std::string_view sentence);                    // as a JSON string
std::string error_naming(std::string_view field, std::string_view text);  // {"field":"text"}

}  // namespace lastmile::store
