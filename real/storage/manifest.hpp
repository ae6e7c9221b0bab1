// What one backup holds beside the database: TARGET/manifests/ID, a line of JSON and then a line for every blob,
// "SIZE NAME". It is written last: a backup without one was not finished.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.hpp"

namespace lastmile::real {

inline constexpr std::string_view kBackupFormat = "lastmile backup 1";
inline constexpr std::size_t kManifestBytesMax = std::size_t{4} << 30;

struct Manifest {
  std::uint32_t id = 0;
  std::uint32_t schema = 0;
  std::string time;  // UTC, "2026-01-31T10:00:00Z"
  std::string version;
  std::uint64_t held = 0;
  std::string state_sum;
  std::string settings;  // node.toml as it was; empty: there was none
  std::vector<std::pair<std::uint64_t, std::string>> blobs;

  std::uint64_t blob_bytes() const;
};

Result<Unit> write_manifest(const std::filesystem::path& target, const Manifest& manifest);
// Without its blobs when these are not asked for.
enum class Read : std::uint8_t { head, all };
Result<Manifest> read_manifest(const std::filesystem::path& target, std::uint32_t id, Read what);
// Of those that are there, ascending. A folder that is not there has none.
Result<std::vector<std::uint32_t>> manifest_ids(const std::filesystem::path& target);
std::filesystem::path manifest_path(const std::filesystem::path& target, std::uint32_t id);

}  // namespace lastmile::real
