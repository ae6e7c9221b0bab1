#include "tools/cli/judgement.hpp"

#include <algorithm>
#include <utility>

#include "core/base/present.hpp"
#include "core/message/content.hpp"
#include "core/message/envelope.hpp"
#include "core/message/json_view.hpp"
#include "core/message/limits.hpp"
#include "core/message/verification.hpp"

namespace lastmile::tools {
namespace {

using message::ErrorCode;
using message::JsonView;

constexpr std::size_t kNameShownMax = 128;

// The envelope itself, or the one inside an answer of the API.
JsonView envelope_of(JsonView object) {
  if (object.find("item_hash") && object.find("sender")) return object;
  const auto inner = object.find("message");
  return inner && inner->is_object() ? *inner : object;
}

Judgement refused(Judgement judgement, ErrorCode code, std::string reason) {
  judgement.refusal = code;
  judgement.reason = std::move(reason);
  return judgement;
}

Judgement refused_by_signature(Judgement judgement, ErrorCode code) {
  return refused(std::move(judgement), code,
                 code == ErrorCode::invalid_signature
                     ? "signature: is not one of the sender over this chain, type and item_hash"
                     : "chain: nobody verifies signatures of this one");
}

// A content that is right for another type has not been malformed: the type was changed, and the signature tells.
bool fits_another_type(const message::Envelope& envelope) {
  const std::string& text = present(envelope.item_content);  // of what is inline
  return std::any_of(message::kAllTypes.begin(), message::kAllTypes.end(), [&](message::Type type) {
    return type != envelope.type && message::parse_content(type, text).ok();
  });
}

// What depends on nothing that a node holds.
std::optional<ErrorCode> hopeless(const message::Content& content) {
  if (const auto* post = content.as<message::Post>(); post && post->is_amend() && (!post->ref || post->ref->empty()))
    return ErrorCode::amend_without_ref;
  if (const auto* forget = content.as<message::Forget>(); forget && forget->names_nothing())
    return ErrorCode::forget_names_nothing;
  return std::nullopt;
}

}  // namespace

Result<Judgement> judge(std::string_view text) {
  const auto whole = JsonView::parse(text);
  if (!whole) return Error{"expected a message as a JSON object: " + whole.error().text};
  if (!whole->is_object()) return Error{"expected a message as a JSON object, found another value"};
  const JsonView view = envelope_of(*whole);
  Judgement judgement;
  if (const auto name = view.find("item_hash"); name && name->is_string() && name->raw().size() <= kNameShownMax)
    judgement.item_hash = name->string();

  const auto envelope = message::parse_envelope(view.raw());
  if (!envelope) return refused(std::move(judgement), envelope.error().code, envelope.error().detail);
  const auto forged = message::refusal_of(message::verify(*envelope));
  judgement.authentic = !forged;
  if (envelope->item_type != message::ItemType::inlined)
    return forged ? refused_by_signature(std::move(judgement), *forged) : judgement;
  const auto content = message::parse_inline_content(*envelope);
  if (!content && !(forged && fits_another_type(*envelope)))
    return refused(std::move(judgement), content.error().code, content.error().detail);
  if (forged) return refused_by_signature(std::move(judgement), *forged);
  if (const auto code = hopeless(*content))
    return refused(std::move(judgement), *code, std::string(message::error_text(*code)));
  return judgement;
}

}  // namespace lastmile::tools
