// The target of a request: path and query, percent-decoded. Boost 1.74 has no URL library.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lastmile::http {

// "%2F" -> "/"; with plus_is_space "+" -> " ". A "%" that no two digits follow stays as it is, as browsers do.
std::string percent_decode(std::string_view text, bool plus_is_space);

// Parameters in the order written; a name may come more than once.
class Query {
 public:
  // "a=1&b&c=": b has an empty value. Those beyond kQueryParameters are not read.
  static Query parse(std::string_view text);

  // The first value of a name; empty when it is absent. Valid as long as this object.
  std::optional<std::string_view> find(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& items() const { return items_; }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

struct Target {
  std::string path;
  Query query;
};
// Of the first line of a request: begins with "/"; "http://host/..." is reduced to it. Empty for anything else.
std::optional<Target> parse_target(std::string_view target);

}  // namespace lastmile::http
