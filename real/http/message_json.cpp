#include "real/http/message_json.hpp"

#include "core/message/json_view.hpp"
#include "real/http/time_text.hpp"

namespace lastmile::http {
namespace {

using message::Status;
using message::Type;

// The reduced content of the format "headers": only what is set.
void append_headers(JsonWriter& json, const store::MessageRow& row) {
  const auto content = content_object(row);
  json.open_object();
  const auto take = [&](std::string_view name) {
    const auto value = content ? content->find(name) : std::nullopt;
    if (value && !value->is_null()) json.key(name).raw(value->raw());
  };
  take("address");
  switch (row.envelope.type) {
    case Type::POST:
      take("type");
      take("ref");
      break;
    case Type::AGGREGATE:
      take("key");
      break;
    case Type::STORE:
      take("item_hash");
      take("ref");
      break;
    default:
      break;
  }
  json.close_object();
}

void append_envelope(JsonWriter& json, const message::Envelope& envelope) {
  json.key("item_hash").text(envelope.item_hash.view());
  json.key("type").text(message::type_text(envelope.type));
  json.key("chain").text(crypto::chain_text(envelope.chain));
  json.key("sender").text(envelope.sender);
  json.key("signature").text(envelope.signature);
  json.key("item_type").text(message::item_type_text(envelope.item_type));
}

void append_hashes(JsonWriter& json, const std::vector<message::ItemHash>& hashes) {
  json.open_array();
  for (const message::ItemHash& hash : hashes) json.text(hash.view());
  json.close_array();
}

std::string_view reason_text(const store::MessageRow& row) {
  return row.code == message::ErrorCode::credit_insufficient ? "credit_insufficient" : "balance_insufficient";
}

bool is_json_object(std::string_view text) {
  const auto view = message::JsonView::parse(text);
  return view.ok() && view->is_object();
}

void append_pending(JsonWriter& json, const store::MessageRow& row) {
  json.key("messages").open_array().open_object();
  const message::Envelope& envelope = row.envelope;
  append_envelope(json, envelope);
  json.key("item_content").text(envelope.item_content);
  json.key("time").text(iso_z(envelope.time));
  json.key("channel").text(envelope.channel);
  json.key("content");
  if (row.content.empty()) {
    json.null();
  } else {
    json.raw(row.content);
  }
  json.key("reception_time").text(iso_z(row.reception));
  json.close_object().close_array();
}

// The object as it was handed in, where that was kept; otherwise what is known of it.
void append_rejected(JsonWriter& json, const store::MessageRow& row) {
  json.key("message");
  const message::Envelope& envelope = row.envelope;
  if (is_json_object(row.submitted)) {
    json.raw(row.submitted);
  } else if (envelope.sender.empty()) {
    json.open_object().key("item_hash").text(envelope.item_hash.view()).close_object();
  } else {
    json.open_object();
    append_envelope(json, envelope);
    json.key("item_content").text(envelope.item_content);
    json.key("time").real(envelope.time_number);
    json.key("channel").text(envelope.channel);
    json.close_object();
  }
  json.key("error_code").signed_number(message::number(row.code.value_or(message::ErrorCode::internal)));
  json.key("details").raw(details_json(row.details));
}

}  // namespace

std::optional<message::JsonView> content_object(const store::MessageRow& row) {
  const auto view = message::JsonView::parse(row.content);
  return view.ok() && view->is_object() ? std::optional(*view) : std::nullopt;
}

std::string details_json(std::string_view details) {
  if (details.empty()) return "null";
  if (is_json_object(details)) return std::string(details);
  JsonWriter json;
  json.open_object().key("errors").open_array().text(details).close_array().close_object();
  return json.take();
}

void append_confirmations(JsonWriter& json, const std::vector<store::Confirmation>& confirmations) {
  json.open_array();
  for (const store::Confirmation& one : confirmations) {
    json.open_object().key("chain").text(one.chain).key("hash").text(one.transaction);
    json.key("height").number(one.height).close_object();
  }
  json.close_array();
}

void append_message(JsonWriter& json, const store::MessageRow& row, const MessageShape& shape) {
  json.open_object();
  append_envelope(json, row.envelope);
  json.key("item_content").text(row.envelope.item_content);
  if (shape.content == ContentFormat::full) json.key("content").raw(row.content.empty() ? "null" : row.content);
  if (shape.content == ContentFormat::headers && !row.content.empty()) {
    json.key("content");
    append_headers(json, row);
  }
  json.key("time").real(row.envelope.time_number);
  json.key("channel").text(row.envelope.channel);
  if (shape.size) json.key("size").number(row.size);
  json.key("confirmed").boolean(!row.confirmations.empty());
  json.key("confirmations");
  append_confirmations(json, row.confirmations);
  json.close_object();
}

void append_skeleton(JsonWriter& json, const store::MessageRow& row, SkeletonOf where) {
  json.open_object();
  append_envelope(json, row.envelope);
  json.key("time").real(row.envelope.time_number);
  json.key("channel").text(row.envelope.channel);
  json.key("owner").text(row.owner);
  json.key("payment_type");
  if (row.payment) {
    json.text(message::payment_type_text(*row.payment));
  } else {
    json.null();
  }
  json.key("size");
  if (row.file_bytes) {
    json.number(*row.file_bytes);
  } else {
    json.null();
  }
  if (where == SkeletonOf::list) {
    json.key("status").text(message::status_text(row.status));
    const auto time = [&](const std::optional<Wall>& at) {
      if (at) {
        json.real(message::seconds_of_wall(*at));
      } else {
        json.null();
      }
    };
    if (row.status == Status::forgotten) {
      json.key("forgotten_at");
      time(row.forgotten_at);
      json.key("forgotten_by");
      append_hashes(json, row.forgotten_by);
    } else {
      json.key("removed_at");
      time(row.removed_at);
    }
  }
  json.close_object();
}

std::string single_message(const store::MessageRow& row) {
  JsonWriter json;
  json.open_object().key("status").text(message::status_text(row.status));
  json.key("item_hash").text(row.envelope.item_hash.view());
  json.key("reception_time").text(iso_z(row.reception));
  switch (row.status) {
    case Status::pending:
      append_pending(json, row);
      break;
    case Status::processed:
    case Status::removing:
      json.key("message");
      append_message(json, row, {.content = ContentFormat::full, .size = false});
      if (row.status == Status::removing) json.key("reason").text(reason_text(row));
      break;
    case Status::removed:
      json.key("message");
      append_skeleton(json, row, SkeletonOf::single);
      json.key("reason").text(reason_text(row));
      json.key("removed_at");
      if (row.removed_at) {
        json.real(message::seconds_of_wall(*row.removed_at));
      } else {
        json.null();
      }
      json.key("size");
      if (row.file_bytes) {
        json.number(*row.file_bytes);
      } else {
        json.null();
      }
      break;
    case Status::forgotten:
      json.key("message");
      append_skeleton(json, row, SkeletonOf::single);
      json.key("forgotten_by");
      append_hashes(json, row.forgotten_by);
      break;
    case Status::rejected:
    case Status::none:
      append_rejected(json, row);
      break;
  }
  json.close_object();
  return json.take();
}

}  // namespace lastmile::http
