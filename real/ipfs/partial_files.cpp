#include "real/ipfs/partial_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "real/env/blob_files.hpp"

namespace lastmile::real {

Result<PartialFiles> PartialFiles::open(const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code) return Error{"cannot make the folder " + folder.string() + ": " + code.message()};
  return PartialFiles(folder);
}

Result<Descriptor> PartialFiles::begin(const std::string& name) const {
  if (!BlobFiles::name_ok(name)) return Error{name + ": no name of a file"};
  const std::filesystem::path at = path(name);
  Descriptor file(::open(at.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!file) return file_error("cannot open", at);
  return file;
}

Result<Unit> PartialFiles::write(const Descriptor& file, std::uint64_t offset, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return file_error("cannot write", "a file that is being fetched");
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return Unit{};
}

Result<Bytes> PartialFiles::read(const std::string& name, std::uint64_t offset, std::uint64_t length) const {
  if (!BlobFiles::name_ok(name)) return Error{name + ": no name of a file"};
  const Descriptor file(::open(path(name).c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return file_error("cannot open", path(name));
  Bytes out(static_cast<std::size_t>(length));
  std::size_t filled = 0;
  while (filled < out.size()) {
    const ssize_t got =
        ::pread(file.get(), out.data() + filled, out.size() - filled, static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error("cannot read", path(name));
    if (got == 0) return Error{name + ": shorter than was noted"};
    filled += static_cast<std::size_t>(got);
  }
  return out;
}

void PartialFiles::remove(const std::string& name) const {
  if (BlobFiles::name_ok(name)) ::unlink(path(name).c_str());
}

std::vector<PartialFiles::Entry> PartialFiles::list() const {
  std::vector<Entry> out;
  std::error_code code;
  for (auto entry = std::filesystem::directory_iterator(folder_, code);
       !code && entry != std::filesystem::directory_iterator(); entry.increment(code)) {
    struct stat info{};
    if (::stat(entry->path().c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    out.push_back({entry->path().filename().string(), Wall{} + seconds(info.st_mtime)});
  }
  std::ranges::sort(out, {}, &Entry::name);
  return out;
}

}  // namespace lastmile::real
