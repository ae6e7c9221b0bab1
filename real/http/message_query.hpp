// The filters of messages as a query names them (http-api.md 4), of lists and of subscriptions.
#pragma once

#include <optional>

#include "core/economy/prices.hpp"
#include "real/http/message_json.hpp"
#include "real/http/parameters.hpp"

namespace lastmile::http {

struct MessageQuery {
  store::MessageFilter filter;
  ContentFormat format = ContentFormat::full;
  bool about_ended = false;  // forgotten or removed: skeletons
};

// Mistakes are noted in `parameters`. A response refuses what can be read and not be had.
std::optional<Response> read_message_query(Parameters& parameters, MessageQuery& query);
// Names of the parameters, for the API document.
std::vector<std::string> message_query_names();

std::optional<economy::Payment> parse_payment(std::string_view text);

}  // namespace lastmile::http
