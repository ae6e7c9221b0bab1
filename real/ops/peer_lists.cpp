#include "real/ops/peer_lists.hpp"

#include <algorithm>
#include <system_error>

#include "real/env/posix_file.hpp"

namespace lastmile::real {
namespace {

constexpr const char* kAddedFile = "peers.added";
constexpr const char* kBannedFile = "peers.banned";
constexpr std::size_t kPeerListBytesMax = 4 * 1024 * 1024;
constexpr std::size_t kPeerEntryMax = 256;

Result<PeerLists::Entries> read_entries(const std::filesystem::path& path) {
  PeerLists::Entries entries;
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return entries;
  const auto text = read_file(path, kPeerListBytesMax);
  if (!text.ok()) return text.error();
  for (std::size_t at = 0; at < text->size();) {
    const auto end = std::min(text->find('\n', at), text->size());
    if (end > at) entries.insert(text->substr(at, end - at));
    at = end + 1;
  }
  return entries;
}

bool printable(const std::string& entry) {
  return !entry.empty() && entry.size() <= kPeerEntryMax &&
         std::all_of(entry.begin(), entry.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

Result<PeerLists> PeerLists::load(const std::filesystem::path& data) {
  PeerLists lists;
  lists.data_ = data;
  auto added = read_entries(data / kAddedFile);
  if (!added.ok()) return std::move(added).error();
  auto banned = read_entries(data / kBannedFile);
  if (!banned.ok()) return std::move(banned).error();
  lists.added_ = *std::move(added);
  lists.banned_ = *std::move(banned);
  return lists;
}

Result<bool> PeerLists::change(Entries& entries, const char* file, const std::string& entry, bool there) {
  if (!printable(entry)) {
    return Error{"expected a text of at most " + std::to_string(kPeerEntryMax) + " letters without spaces"};
  }
  if (entries.contains(entry) == there) return false;
  if (there && entries.size() >= kPeerListMax)
    return Error{"the list has " + std::to_string(kPeerListMax) + " entries"};
  Entries next = entries;
  if (there) {
    next.insert(entry);
  } else {
    next.erase(entry);
  }
  std::string text;
  for (const std::string& one : next) text += one + "\n";
  if (auto written = write_file_durably(data_ / file, text); !written.ok()) return std::move(written).error();
  entries = std::move(next);
  return true;
}

Result<bool> PeerLists::add(const std::string& address) { return change(added_, kAddedFile, address, true); }
Result<bool> PeerLists::remove(const std::string& address) { return change(added_, kAddedFile, address, false); }
Result<bool> PeerLists::ban(const std::string& identity) { return change(banned_, kBannedFile, identity, true); }
Result<bool> PeerLists::unban(const std::string& identity) { return change(banned_, kBannedFile, identity, false); }

}  // namespace lastmile::real
