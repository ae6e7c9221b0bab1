// Handing a message of a client in, and what he is told (http-api.md 3). On the node's loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/message/content.hpp"
#include "core/node/receipt.hpp"
#include "core/node/upload_checks.hpp"
#include "real/http/api.hpp"

namespace lastmile::http {

// The object that clients wrap a message in.
struct Publication {
  std::string text;  // of the message, as it came
  message::Envelope envelope;
  std::optional<message::Content> content;  // of an inline message
  bool sync = false;
};
// {"message": {...}, "sync": bool}. A response says why not: 422. sync_required: as uploads have it.
struct NoPublication {
  Response response;
};
Result<Publication, NoPublication> read_publication(std::string_view body, bool sync_required);
// The message alone; an error for people.
Result<Publication> read_message(std::string_view message);

// What became of it, once: with `sync` when it was processed, refused or has to wait, at the latest after
// Limits::sync_wait; without as soon as it is durable, or after a moment.
struct Published {
  int status = 202;  // of the HTTP answer
  std::string message_status = "pending";
  bool refused_for_room = false;  // not taken in at all
};
void publish(Api& api, const Publication& publication, std::vector<node::Upload> uploads,
             Callback<void(const Published&)> done);
// The body of POST /api/v0/messages.
std::string published_json(const Published& published);

}  // namespace lastmile::http
