#include "real/env/data_dir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <charconv>
#include <system_error>

namespace lastmile::real {
namespace {

using Kind = DataDirError::Kind;

DataDirError io_error(std::string_view what, const std::filesystem::path& path, const std::error_code& code) {
  return {Kind::io, std::string(what) + " " + path.string() + ": " + code.message()};
}

// The pid in LOCK, for people; it says nothing about who holds the lock.
std::string holder(const std::filesystem::path& lock) {
  const auto content = read_file(lock, 64);
  if (!content.ok() || content->empty()) return "another process";
  return "process " + content->substr(0, content->find('\n'));
}

}  // namespace

std::string schema_difference(const std::filesystem::path& path, std::uint32_t schema) {
  return path.string() + " has schema " + std::to_string(schema) + ", this program works with " +
         std::to_string(kSchemaVersion) +
         (schema > kSchemaVersion ? ": it was used by a newer program; take that one, or restore a backup from before"
                                  : ": it must be migrated first, with db migrate");
}

Result<Unit, DataDirError> DataDir::init(const std::filesystem::path& path) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) return io_error("cannot make the data folder", path, code);
  const bool empty = std::filesystem::is_empty(path, code);
  if (code) return io_error("cannot look into", path, code);
  if (!empty) {
    return DataDirError{Kind::not_ours, path.string() + " is not empty: init needs a new or empty folder"};
  }
  for (const char* name : {"keys", "db", "blobs"}) {
    std::filesystem::create_directory(path / name, code);
    if (code) return io_error("cannot make", path / name, code);
  }
  std::filesystem::permissions(path / "keys", std::filesystem::perms::owner_all, code);
  if (code) return io_error("cannot protect", path / "keys", code);
  // VERSION comes last: a folder without it was never finished, and open() says so.
  const auto written = write_file_durably(path / "VERSION", std::to_string(kSchemaVersion) + "\n");
  if (!written.ok()) return DataDirError{Kind::io, written.error().text};
  return Unit{};
}

Result<DataDir, DataDirError> DataDir::open(const std::filesystem::path& path, Schema wanted) {
  const std::filesystem::path version_file = path / "VERSION";
  const std::filesystem::path lock_file = path / "LOCK";
  if (!std::filesystem::exists(version_file)) {
    return DataDirError{Kind::missing, path.string() + " is no data folder (it has no VERSION): make one with init"};
  }
  Descriptor lock(::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!lock) return DataDirError{Kind::io, file_error("cannot open", lock_file).text};
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return DataDirError{Kind::locked, path.string() + " is in use by " + holder(lock_file)};
    }
    return DataDirError{Kind::io, file_error("cannot lock", lock_file).text};
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock.get(), 0) != 0) return DataDirError{Kind::io, file_error("cannot write", lock_file).text};
  if (const auto written = write_all(lock.get(), as_bytes(pid), lock_file); !written.ok()) {
    return DataDirError{Kind::io, written.error().text};
  }

  const auto content = read_file(version_file, 64);
  if (!content.ok()) return DataDirError{Kind::io, content.error().text};
  std::uint32_t version = 0;
  const char* const end = content->data() + content->size();
  const auto [stop, failed] = std::from_chars(content->data(), end, version);
  if (failed != std::errc{} || std::string_view(stop, end) != "\n") {
    return DataDirError{Kind::io, version_file.string() + ": expected one number, such as 1"};
  }
  if (version != kSchemaVersion && wanted == Schema::ours) {
    return DataDirError{Kind::migration, schema_difference(path, version)};
  }
  return DataDir(path, version, std::move(lock));
}

}  // namespace lastmile::real
