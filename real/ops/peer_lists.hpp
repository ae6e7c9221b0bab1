// Peers that an operator added or banned while the node ran: two files in the data folder, one entry a line, so that
// they hold after a restart.
#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace lastmile::real {

inline constexpr std::size_t kPeerListMax = 10'000;

class PeerLists {
 public:
  using Entries = std::set<std::string, std::less<>>;

  // Files that are not there are empty. Error: one cannot be read.
  static Result<PeerLists> load(const std::filesystem::path& data);

  const Entries& added() const { return added_; }    // multiaddrs
  const Entries& banned() const { return banned_; }  // identities

  // True: it was not there before. Durable when they return.
  Result<bool> add(const std::string& address);
  Result<bool> remove(const std::string& address);
  Result<bool> ban(const std::string& identity);
  Result<bool> unban(const std::string& identity);

 private:
  Result<bool> change(Entries& entries, const char* file, const std::string& entry, bool there);
  std::filesystem::path data_;
  Entries added_;
  Entries banned_;
};

}  // namespace lastmile::real
