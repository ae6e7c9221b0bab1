#include "real/env/blob_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "real/env/posix_file.hpp"
#include "real/env/rocks_disk.hpp"

namespace lastmile::real {
namespace {

Error bad_name(std::string_view name) {
  return {"not a name of content: " + std::string(name.substr(0, kBlobNameMax))};
}

bool is_hash(std::string_view name) {
  return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

bool BlobFiles::name_ok(std::string_view name) {
  if (name.empty() || name.size() > kBlobNameMax || name.front() == '.') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

std::filesystem::path BlobFiles::place(std::string_view name) {
  std::string key(name);
  if (!is_hash(name) && key.size() > 4) key.erase(0, key.size() - 4);
  key.resize(4, '_');
  std::replace(key.begin(), key.end(), '.', '_');  // ".." would be another folder
  return std::filesystem::path(key.substr(0, 2)) / key.substr(2) / name;
}

Result<Unit> BlobFiles::prepare(const std::filesystem::path& root) {
  std::error_code code;
  std::filesystem::create_directories(root, code);
  if (!code) std::filesystem::remove_all(root / "tmp", code);
  if (!code) std::filesystem::create_directory(root / "tmp", code);
  if (code) return Error{"cannot prepare " + root.string() + ": " + code.message()};
  return Unit{};
}

Result<Unit> BlobFiles::each(const std::filesystem::path& root, Callback<bool(const std::string& name)> visit) {
  std::error_code code;
  for (std::filesystem::directory_iterator first(root, code), end; !code && first != end; first.increment(code)) {
    if (!first->is_directory(code) || first->path().filename() == "tmp") continue;
    for (std::filesystem::directory_iterator second(first->path(), code); !code && second != end;
         second.increment(code)) {
      if (!second->is_directory(code)) continue;
      for (std::filesystem::directory_iterator blob(second->path(), code); !code && blob != end; blob.increment(code)) {
        const std::string name = blob->path().filename().string();
        if (!name_ok(name) || root / place(name) != blob->path()) continue;
        if (!visit(name)) return Unit{};
      }
    }
  }
  if (code) return Error{"cannot read " + root.string() + ": " + code.message()};
  return Unit{};
}

// Makes a folder and its name durable, once in the life of this process.
Result<Unit> BlobFiles::make_folder(const std::filesystem::path& folder) {
  {
    const std::scoped_lock lock(mutex_);
    if (durable_.contains(folder.string())) return Unit{};
  }
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return file_error("cannot make the folder", folder);
  if (auto synced = sync_folder(folder.parent_path()); !synced.ok()) return synced;
  const std::scoped_lock lock(mutex_);
  durable_.insert(folder.string());
  return Unit{};
}

Result<Unit> BlobFiles::make_folders(const std::string& name) {
  const std::filesystem::path folder = (root_ / place(name)).parent_path();
  if (auto made = make_folder(folder.parent_path()); !made.ok()) return made;
  return make_folder(folder);
}

Result<Unit> BlobFiles::adopt(const std::string& name, const std::filesystem::path& file) {
  if (!name_ok(name)) return bad_name(name);
  {
    const Descriptor written(::open(file.c_str(), O_RDWR | O_CLOEXEC));
    if (!written) return file_error("cannot open", file);
    if (::fsync(written.get()) != 0) return file_error("cannot sync", file);
  }
  if (auto made = make_folders(name); !made.ok()) return made;
  const std::filesystem::path path = root_ / place(name);
  if (::rename(file.c_str(), path.c_str()) != 0) return file_error("cannot move to its place", file);
  return sync_folder(path.parent_path());
}

Result<Unit> BlobFiles::put(const std::string& name, ByteView bytes) {
  if (!name_ok(name)) return bad_name(name);
  if (auto made = make_folders(name); !made.ok()) return made;
  return write_file_durably(root_ / place(name), root_ / "tmp" / std::to_string(temporaries_.fetch_add(1)), bytes);
}

Result<Bytes> BlobFiles::get(const env::ContentRange& range, std::uint64_t limit) const {
  if (!name_ok(range.name)) return bad_name(range.name);
  const std::filesystem::path path = root_ / place(range.name);
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return file_error("cannot open", path);
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return file_error("cannot look at", path);
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (range.offset >= size) return Bytes{};
  const std::uint64_t length = std::min(range.length, size - range.offset);
  if (length > limit) return Error{path.string() + ": more than " + std::to_string(limit) + " bytes at once"};
  Bytes out(length);
  std::size_t filled = 0;
  while (filled < out.size()) {
    const auto at = static_cast<off_t>(range.offset + filled);
    const ssize_t got = ::pread(fd.get(), out.data() + filled, out.size() - filled, at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error("cannot read", path);
    if (got == 0) return Error{path.string() + ": ended while it was read"};
    filled += static_cast<std::size_t>(got);
  }
  return out;
}

Result<Unit> BlobFiles::remove(const std::string& name) {
  if (!name_ok(name)) return bad_name(name);
  const std::filesystem::path path = root_ / place(name);
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Unit{};
    return file_error("cannot remove", path);
  }
  return sync_folder(path.parent_path());
}

std::optional<std::uint64_t> BlobFiles::size(std::string_view name) const {
  if (!name_ok(name)) return std::nullopt;
  struct stat info{};
  const std::filesystem::path path = root_ / place(name);
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(info.st_size);
}

}  // namespace lastmile::real
