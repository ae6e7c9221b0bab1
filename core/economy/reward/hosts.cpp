// Host names in what nodes say of themselves (economics.md 2.3: no two nodes of a kind have one host).
#include <algorithm>

#include "core/economy/reward/registry.hpp"

namespace lastmile::economy {
namespace {

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return small;
}

}  // namespace

std::string url_host(std::string_view url) {
  const std::size_t scheme = url.find("//");
  if (scheme == std::string_view::npos) return {};
  std::string_view authority = url.substr(scheme + 2);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  if (authority.starts_with('[')) return in_small_letters(authority.substr(1, authority.find(']') - 1));
  return in_small_letters(authority.substr(0, authority.find(':')));
}

std::string multiaddress_host(std::string_view multiaddress) {
  if (!multiaddress.starts_with('/')) return {};
  std::string_view rest = multiaddress.substr(1);
  const auto next = [&rest] {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
  };
  while (!rest.empty()) {
    const std::string_view part = next();
    for (const char* protocol : {"ip4", "ip6", "dns", "dns4", "dns6"}) {
      if (part == protocol) return in_small_letters(next());
    }
  }
  return {};
}

}  // namespace lastmile::economy
