#include "real/http/cors.hpp"

#include <algorithm>
#include <array>

namespace lastmile::http {
namespace {

// What browsers show anyway.
bool always_exposed(std::string_view header) {
  constexpr std::array<std::string_view, 6> kSimple{"Cache-Control", "Content-Language", "Content-Type",
                                                    "Expires",       "Last-Modified",    "Pragma"};
  return std::find(kSimple.begin(), kSimple.end(), header) != kSimple.end();
}

std::string upper_list(std::string_view headers) {
  std::string out;
  for (const char c : headers) {
    if (c == ' ' || c == '\t') continue;
    out.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return out;
}

}  // namespace

Response preflight(std::string_view origin, std::string_view method, std::string_view headers,
                   const std::vector<Method>& allowed) {
  const bool supported = std::any_of(allowed.begin(), allowed.end(), [&](Method each) {
    return method == method_text(each) || (each == Method::get && method == "HEAD");
  });
  if (origin.empty() || !supported) return plain_error(403);
  Response response;
  response.headers.emplace_back("Access-Control-Allow-Origin", std::string(origin));
  response.headers.emplace_back("Access-Control-Allow-Methods", std::string(method));
  if (!headers.empty()) response.headers.emplace_back("Access-Control-Allow-Headers", upper_list(headers));
  return response;
}

void allow_origin(Response& response, std::string_view origin) {
  if (origin.empty()) return;
  std::string exposed = "Content-Length";
  for (const auto& [name, value] : response.headers) {
    if (!always_exposed(name)) exposed += "," + name;
  }
  response.headers.emplace_back("Access-Control-Allow-Origin", std::string(origin));
  response.headers.emplace_back("Access-Control-Expose-Headers", std::move(exposed));
}

}  // namespace lastmile::http
