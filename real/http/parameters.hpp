// Reading the parameters of a query (http-api.md 0): every mistake is noted, and all together make one 422.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "core/store/filters.hpp"
#include "real/http/message.hpp"

namespace lastmile::http {

// The kinds of cursors that a list may have.
enum class CursorKind : std::uint8_t { none, hash, aggregate };

struct PageRules {
  std::uint64_t per_page = 20;
  std::uint64_t per_page_min = 0;  // 0 = all
  std::uint64_t per_page_max = ~std::uint64_t{0};
  CursorKind cursor = CursorKind::hash;
};

class Parameters {
 public:
  using Names = std::initializer_list<std::string_view>;  // the first that is given counts

  // The request must outlive this object.
  explicit Parameters(const Request& request) : query_(request.query) {}

  std::optional<std::string> text(Names names);
  std::optional<std::vector<std::string>> list(Names names);
  // parse(text) gives an optional; what it refuses is noted with `expected`.
  template <class Parse>
  auto one(Names names, std::string_view expected, Parse parse) -> decltype(parse(std::string_view())) {
    const auto given = raw(names);
    if (!given) return std::nullopt;
    auto value = parse(given->value);
    if (!value) wrong(given->name, expected, given->value);
    return value;
  }
  template <class T, class Parse>
  store::Any<T> many(Names names, std::string_view expected, Parse parse) {
    const auto texts = list(names);
    if (!texts) return std::nullopt;
    std::vector<T> values;
    for (const std::string& each : *texts) {
      const auto value = parse(std::string_view(each));
      if (!value) {
        wrong(*names.begin(), expected, each);
        return std::nullopt;
      }
      values.push_back(*value);
    }
    return values;
  }
  store::Any<message::ItemHash> hashes(Names names);
  bool boolean(Names names, bool otherwise);
  // Within the bounds, both included.
  std::uint64_t whole(Names names, std::uint64_t otherwise, std::uint64_t least, std::uint64_t most);
  // Seconds since 1970, not negative; 0 and absent: empty.
  std::optional<Wall> epoch(Names names);
  store::Order order(Names names, store::Order otherwise = store::Order::descending);
  store::SortBy sort_by(Names names);  // "time" or "tx-time", which is that of the confirmation; otherwise time
  // `path_page`: the page as the path gives it, where it does.
  store::PageRequest page(const PageRules& rules, const std::optional<std::string>& path_page = std::nullopt);

  void wrong(std::string_view name, std::string_view expected, std::string_view found);
  bool good() const { return mistakes_.empty() && !bad_cursor_; }
  // 422 with what was wrong. json: with the content type of JSON, as aggregates and authorizations have it.
  Response refusal(bool json = false) const;

 private:
  struct Given {
    std::string_view name;
    std::string_view value;
  };
  std::optional<Given> raw(Names names) const;

  struct Mistake {
    std::string name;
    std::string expected;
    std::string found;
  };
  const Query& query_;
  std::vector<Mistake> mistakes_;
  bool bad_cursor_ = false;
};

std::optional<std::uint64_t> parse_whole(std::string_view text);
std::optional<bool> parse_boolean(std::string_view text);
// A finite number of seconds, not negative.
std::optional<Wall> parse_epoch(std::string_view text);

// 422 for one mistake, as a JSON array (http-api.md 0).
Response validation_error(std::string_view place, std::string_view expected, std::string_view found);

}  // namespace lastmile::http
