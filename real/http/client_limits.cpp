#include "real/http/client_limits.hpp"

#include <algorithm>

#include "real/http/limits.hpp"

namespace lastmile::http {

std::string client_of(std::string_view peer, std::string_view forwarded_for, const std::vector<std::string>& proxies) {
  const auto is_proxy = [&](std::string_view address) {
    return std::find(proxies.begin(), proxies.end(), address) != proxies.end();
  };
  std::string client(peer);
  while (is_proxy(client) && !forwarded_for.empty()) {
    const std::size_t comma = forwarded_for.rfind(',');
    std::string_view last = comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1);
    forwarded_for = comma == std::string_view::npos ? std::string_view() : forwarded_for.substr(0, comma);
    while (last.starts_with(' ')) last.remove_prefix(1);
    while (last.ends_with(' ')) last.remove_suffix(1);
    constexpr std::size_t kAddressMax = 64;
    if (last.empty() || last.size() > kAddressMax) break;
    client = std::string(last);
  }
  return client;
}

bool ClientLimits::admit(const std::string& client, Instant now) {
  constexpr std::int64_t kOne = 1'000'000'000;
  if (per_second_ == 0) return true;
  const auto full = static_cast<std::int64_t>(burst_) * kOne;
  auto found = clients_.find(client);
  if (found == clients_.end()) {
    if (clients_.size() >= kClientsRemembered) {
      clients_.erase(seen_.front());
      seen_.pop_front();
    }
    seen_.push_back(client);
    found = clients_.emplace(client, Bucket{now, full, std::prev(seen_.end())}).first;
  }
  Bucket& bucket = found->second;
  seen_.splice(seen_.end(), seen_, bucket.place);
  // A second of time gives per_second_ tokens; above the time that fills the bucket nothing is added.
  const std::int64_t longest = full / static_cast<std::int64_t>(per_second_) + 1;
  const std::int64_t passed = std::clamp<std::int64_t>((now - bucket.at).ns, 0, longest);
  bucket.at = now;
  bucket.tokens_nano = std::min(full, bucket.tokens_nano + passed * static_cast<std::int64_t>(per_second_));
  if (bucket.tokens_nano < kOne) return false;
  bucket.tokens_nano -= kOne;
  return true;
}

}  // namespace lastmile::http
