#include "real/storage/manifest.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "real/env/blob_files.hpp"
#include "real/env/posix_file.hpp"

namespace lastmile::real {
namespace {

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "SIZE NAME"
std::optional<std::pair<std::uint64_t, std::string>> blob_of(std::string_view line) {
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto size = whole_number(line.substr(0, space));
  std::string name(line.substr(space + 1));
  if (!size || !BlobFiles::name_ok(name)) return std::nullopt;  // it becomes a path
  return std::pair(*size, std::move(name));
}

}  // namespace

std::uint64_t Manifest::blob_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& [size, name] : blobs) sum += size;
  return sum;
}

std::filesystem::path manifest_path(const std::filesystem::path& target, std::uint32_t id) {
  return target / "manifests" / std::to_string(id);
}

Result<Unit> write_manifest(const std::filesystem::path& target, const Manifest& manifest) {
  const nlohmann::json head{{"format", kBackupFormat},         {"id", manifest.id},
                            {"schema", manifest.schema},       {"time", manifest.time},
                            {"version", manifest.version},     {"held", manifest.held},
                            {"state_sum", manifest.state_sum}, {"settings", manifest.settings},
                            {"blobs", manifest.blobs.size()},  {"blob_bytes", manifest.blob_bytes()}};
  std::string text = head.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  for (const auto& [size, name] : manifest.blobs) text += std::to_string(size) + " " + name + "\n";
  return write_file_durably(manifest_path(target, manifest.id), text, 0600);  // settings may hold what is private
}

Result<Manifest> read_manifest(const std::filesystem::path& target, std::uint32_t id, Read what) {
  const auto path = manifest_path(target, id);
  const auto text = read_file(path, kManifestBytesMax);
  if (!text.ok()) return text.error();
  const auto end = std::min(text->find('\n'), text->size());
  const auto head =
      nlohmann::json::parse(text->begin(), text->begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
  if (!head.is_object() || !head.contains("format") || head["format"] != kBackupFormat) {
    return Error{path.string() + ": expected the head of a " + std::string(kBackupFormat) + ", found something else"};
  }
  Manifest out;
  std::size_t count = 0;
  try {
    out.id = head.at("id");
    out.schema = head.at("schema");
    out.time = head.at("time");
    out.version = head.at("version");
    out.held = head.at("held");
    out.state_sum = head.at("state_sum");
    out.settings = head.at("settings");
    count = head.at("blobs");
  } catch (const nlohmann::json::exception& error) {
    return Error{path.string() + ": " + error.what()};
  }
  if (what == Read::head) return out;
  for (std::size_t at = end + 1; at < text->size();) {
    const auto stop = std::min(text->find('\n', at), text->size());
    auto blob = blob_of(std::string_view(*text).substr(at, stop - at));
    if (!blob) return Error{path.string() + ": expected lines of a size and a name, found something else"};
    out.blobs.push_back(*std::move(blob));
    at = stop + 1;
  }
  if (out.blobs.size() != count) {
    return Error{path.string() + ": expected " + std::to_string(count) + " blobs, found " +
                 std::to_string(out.blobs.size())};
  }
  return out;
}

Result<std::vector<std::uint32_t>> manifest_ids(const std::filesystem::path& target) {
  std::vector<std::uint32_t> ids;
  std::error_code code;
  if (!std::filesystem::exists(target / "manifests", code)) return ids;
  for (std::filesystem::directory_iterator one(target / "manifests", code), end; !code && one != end;
       one.increment(code)) {
    const auto id = whole_number(one->path().filename().string());
    if (id && *id <= UINT32_MAX) ids.push_back(static_cast<std::uint32_t>(*id));
  }
  if (code) return Error{"cannot read " + (target / "manifests").string() + ": " + code.message()};
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace lastmile::real
