// Messages as clients read them (http-api.md 4). For any thread.
#pragma once

#include "core/message/json_view.hpp"
#include "core/store/view.hpp"
#include "real/http/json_writer.hpp"

namespace lastmile::http {

enum class ContentFormat : std::uint8_t { full, headers, none };

struct MessageShape {
  ContentFormat content = ContentFormat::full;
  bool size = true;  // lists have it; a single message and live frames have not
};

// A processed or removing message. Strict clients refuse any other field.
void append_message(JsonWriter& json, const store::MessageRow& row, const MessageShape& shape);
// What is left of a forgotten or removed one.
enum class SkeletonOf : std::uint8_t { list, single };
void append_skeleton(JsonWriter& json, const store::MessageRow& row, SkeletonOf where);
// GET /api/v0/messages/{hash}: the whole answer.
std::string single_message(const store::MessageRow& row);
// [{"chain","hash","height"}]
void append_confirmations(JsonWriter& json, const std::vector<store::Confirmation>& confirmations);

// The object of a content as it was written, without space around. Valid as long as the row.
std::optional<message::JsonView> content_object(const store::MessageRow& row);

// A text of the store that should be a JSON object: as it is, or {"errors": [text]}; "null" when it is empty.
std::string details_json(std::string_view details);

}  // namespace lastmile::http
