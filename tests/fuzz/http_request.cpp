// What a client writes, up to the handlers: the target, a form, cursors and every parameter. Nothing may stop the
// program; what is read can be written again.
#include <string_view>

#include "core/base/check.hpp"
#include "real/http/byte_range.hpp"
#include "real/http/client_limits.hpp"
#include "real/http/cursor.hpp"
#include "real/http/message_query.hpp"
#include "real/http/multipart.hpp"
#include "real/http/publish.hpp"
#include "real/http/router.hpp"
#include "real/http/time_text.hpp"

namespace {

using namespace lastmile::http;

// The first line is a target, the second a Content-Type; the rest is a body.
struct Parts {
  std::string_view target, type, body;
};

Parts parts_of(std::string_view text) {
  Parts parts;
  for (std::string_view* line : {&parts.target, &parts.type}) {
    *line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line->size() + 1));
  }
  parts.body = text;
  return parts;
}

const Router& router() {
  static const Router routes = [] {
    Router made;
    for (const char* path : {"/a", "/a/{x}", "/a/{x}.json", "/a/{x}/b/{y}"}) {
      made.add({.path = path, .about = "", .handle = [](const Request&, Reply) {}});
    }
    return made;
  }();
  return routes;
}

void read_parameters(const Target& target) {
  Request request;
  request.query = target.query;
  Parameters parameters(request);
  MessageQuery query;
  const auto refused = read_message_query(parameters, query);
  const auto page = parameters.page({});
  parameters.page({.cursor = CursorKind::aggregate});
  if (!parameters.good()) LM_CHECK(parameters.refusal().status == 422);
  if (refused) LM_CHECK(refused->status == 400);
  LM_CHECK(page.page >= 1);
  for (const auto& [name, value] : target.query.items()) {
    if (const auto cursor = parse_hash_cursor(value)) {
      const auto again = parse_hash_cursor(hash_cursor(*cursor));
      LM_CHECK(again && again->name == cursor->name);
    }
    if (const auto cursor = parse_aggregate_cursor(value)) {
      LM_CHECK(parse_aggregate_cursor(aggregate_cursor(*cursor))->owner == cursor->owner);
    }
    if (const auto cursor = parse_stats_cursor(value)) {
      LM_CHECK(parse_stats_cursor(stats_cursor(*cursor))->address == cursor->address);
    }
    if (const auto time = parse_iso(value)) LM_CHECK(parse_iso(iso_z(*time)).has_value());
    constexpr std::uint64_t kSize = 1000;
    const auto wanted = wanted_bytes(value, kSize);
    LM_CHECK(wanted.range.offset + wanted.range.length <= kSize);
    client_of("127.0.0.1", value, {"127.0.0.1"});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Parts parts = parts_of({reinterpret_cast<const char*>(data), size});
  if (const auto target = parse_target(parts.target)) {
    const auto match = router().find(Method::get, target->path);
    for (const std::string& capture : match.captures) LM_CHECK(!capture.empty());
    read_parameters(*target);
  }
  const auto form = parse_form(parts.type, parts.body);
  LM_CHECK(form.ok() || !form.error().text.empty());
  if (form.ok()) {
    std::size_t bytes = 0;
    for (const FormPart& part : *form) bytes += part.bytes.size();
    LM_CHECK(bytes <= parts.body.size());
  }
  const auto publication = read_publication(parts.body, false);
  LM_CHECK(publication.ok() || publication.error().response.status == 422);
  return 0;
}
