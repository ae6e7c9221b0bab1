// Who a client is, and how much one client may ask. For the server's thread.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/time.hpp"

namespace lastmile::http {

// The address a request counts for: that of the connection, or, when that is one of our proxies, the last address in
// X-Forwarded-For that is not one. Only a proxy we know is believed.
std::string client_of(std::string_view peer, std::string_view forwarded_for, const std::vector<std::string>& proxies);

// A token bucket for each client; those that were seen least lately are forgotten above kClientsRemembered.
class ClientLimits {
 public:
  // per_second 0: no limit.
  ClientLimits(std::size_t per_second, std::size_t burst) : per_second_(per_second), burst_(burst) {}

  // False: too many.
  bool admit(const std::string& client, Instant now);
  std::size_t size() const { return clients_.size(); }

 private:
  struct Bucket {
    Instant at;
    std::int64_t tokens_nano = 0;  // 10^-9 requests
    std::list<std::string>::iterator place;
  };
  const std::size_t per_second_;
  const std::size_t burst_;
  std::unordered_map<std::string, Bucket> clients_;
  std::list<std::string> seen_;  // least lately first
};

}  // namespace lastmile::http
