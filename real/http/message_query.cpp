#include "real/http/message_query.hpp"

#include <algorithm>

namespace lastmile::http {
namespace {

using message::Status;

void read_statuses(Parameters& parameters, MessageQuery& query) {
  const auto statuses = parameters.many<Status>({"msgStatuses", "message_statuses"}, "statuses of messages",
                                                [](std::string_view text) -> std::optional<Status> {
                                                  const auto status = message::parse_status(text);
                                                  return status == Status::none ? std::nullopt : status;
                                                });
  if (!statuses) return;
  query.filter.statuses = *statuses;
  std::sort(query.filter.statuses.begin(), query.filter.statuses.end());
  query.filter.statuses.erase(std::unique(query.filter.statuses.begin(), query.filter.statuses.end()),
                              query.filter.statuses.end());
  query.about_ended = std::any_of(statuses->begin(), statuses->end(), [](Status status) {
    return status == Status::forgotten || status == Status::removed;
  });
}

void read_types(Parameters& parameters, store::MessageFilter& filter) {
  filter.types =
      parameters.many<message::Type>({"msgTypes", "message_types"}, "types of messages", message::parse_type);
  const auto one = parameters.one({"msgType", "message_type"}, "a type of messages", message::parse_type);
  if (!one) return;
  const bool both = !filter.types || std::find(filter.types->begin(), filter.types->end(), *one) != filter.types->end();
  filter.types = both ? std::vector{*one} : std::vector<message::Type>();
}

void read_times(Parameters& parameters, store::MessageFilter& filter) {
  filter.start = parameters.epoch({"startDate", "start_date"});
  filter.end = parameters.epoch({"endDate", "end_date"});
  if (filter.start && filter.end && *filter.end < *filter.start) {
    parameters.wrong("endDate", "a time not before startDate", "an earlier one");
  }
  const auto block = [&](Parameters::Names names) -> std::optional<std::uint64_t> {
    const std::uint64_t height = parameters.whole(names, 0, 0, ~std::uint64_t{0});
    return height == 0 ? std::nullopt : std::optional(height);
  };
  filter.start_block = block({"startBlock", "start_block"});
  filter.end_block = block({"endBlock", "end_block"});
  if (filter.start_block && filter.end_block && *filter.end_block < *filter.start_block) {
    parameters.wrong("endBlock", "a height not below startBlock", "a lower one");
  }
}

}  // namespace

std::optional<economy::Payment> parse_payment(std::string_view text) {
  for (const auto payment : {economy::Payment::hold, economy::Payment::superfluid, economy::Payment::credit}) {
    if (message::payment_type_text(payment) == text) return payment;
  }
  return std::nullopt;
}

std::optional<Response> read_message_query(Parameters& parameters, MessageQuery& query) {
  store::MessageFilter& filter = query.filter;
  read_types(parameters, filter);
  read_statuses(parameters, query);
  filter.senders = parameters.list({"addresses"});
  filter.owners = parameters.list({"owners"});
  filter.refs = parameters.list({"refs"});
  filter.content_types = parameters.list({"contentTypes", "content_types"});
  filter.content_hashes = parameters.hashes({"contentHashes", "content_hashes"});
  filter.content_keys = parameters.list({"contentKeys", "content_keys"});
  filter.chains = parameters.many<crypto::Chain>({"chains"}, "codes of chains", crypto::parse_chain);
  filter.channels = parameters.list({"channels"});
  filter.hashes = parameters.hashes({"hashes"});
  filter.payments =
      parameters.many<economy::Payment>({"paymentTypes", "payment_types"}, "hold, superfluid or credit", parse_payment);
  filter.tags = parameters.list({"tags"});
  read_times(parameters, filter);
  filter.sort_by = parameters.sort_by({"sortBy", "sort_by"});
  filter.order = parameters.order({"sortOrder", "sort_order"});
  const auto format = parameters.one({"contentFormat", "content_format"}, "full, headers or none",
                                     [](std::string_view text) -> std::optional<ContentFormat> {
                                       if (text == "full") return ContentFormat::full;
                                       if (text == "headers") return ContentFormat::headers;
                                       if (text == "none") return ContentFormat::none;
                                       return std::nullopt;
                                     });
  const bool exclude = parameters.boolean({"excludeContent", "exclude_content"}, false);
  query.format = format.value_or(exclude ? ContentFormat::none : ContentFormat::full);
  if (!query.about_ended) return std::nullopt;
  if (filter.statuses.size() > 1) return text_response(400, "forgotten and removed stand alone among the statuses");
  if (filter.refs || filter.content_types || filter.content_hashes || filter.content_keys || filter.tags ||
      filter.start_block || filter.end_block) {
    return text_response(400, "nothing is kept of forgotten and removed messages that this filter could look at");
  }
  return std::nullopt;
}

std::vector<std::string> message_query_names() {
  return {"msgType",       "msgTypes",     "msgStatuses",   "addresses",     "owners",     "refs",
          "contentTypes",  "contentKeys",  "contentHashes", "chains",        "channels",   "hashes",
          "tags",          "paymentTypes", "startDate",     "endDate",       "startBlock", "endBlock",
          "contentFormat", "sortBy",       "sortOrder",     "excludeContent"};
}

}  // namespace lastmile::http
