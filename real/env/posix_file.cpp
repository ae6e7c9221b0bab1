#include "real/env/posix_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace lastmile::real {

void Descriptor::reset() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Error file_error(std::string_view what, const std::filesystem::path& path) {
  const int code = errno;
  return {std::string(what) + " " + path.string() + ": " + std::strerror(code)};
}

Result<Unit> write_all(int fd, ByteView bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return file_error("cannot write", path);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return Unit{};
}

Result<Unit> sync_folder(const std::filesystem::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return file_error("cannot sync the folder", folder);
  return Unit{};
}

Result<Unit> write_file_durably(const std::filesystem::path& path, const std::filesystem::path& temporary,
                                ByteView content, unsigned mode) {
  Descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!fd) return file_error("cannot create", temporary);
  Result<Unit> written = write_all(fd.get(), content, temporary);
  if (written.ok() && ::fsync(fd.get()) != 0) written = file_error("cannot sync", temporary);
  fd.reset();
  if (written.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) written = file_error("cannot rename to", path);
  if (!written.ok()) {
    ::unlink(temporary.c_str());  // best effort: gives the space of a full disk back
    return written;
  }
  return sync_folder(path.has_parent_path() ? path.parent_path() : ".");
}

Result<Unit> write_file_durably(const std::filesystem::path& path, std::string_view content, unsigned mode) {
  std::filesystem::path temporary = path;
  temporary += ".tmp";
  return write_file_durably(path, temporary, as_bytes(content), mode);
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return file_error("cannot open", path);
  struct stat about{};
  if (::fstat(fd.get(), &about) != 0) return file_error("cannot read", path);
  if (!S_ISREG(about.st_mode)) return Error{path.string() + ": expected a file, found a folder, pipe or device"};
  std::string content;
  char piece[16 * 1024];
  for (;;) {
    const ssize_t got = ::read(fd.get(), piece, sizeof piece);
    if (got < 0) {
      if (errno == EINTR) continue;
      return file_error("cannot read", path);
    }
    if (got == 0) return content;
    content.append(piece, static_cast<std::size_t>(got));
    if (content.size() > limit) return Error{path.string() + ": longer than " + std::to_string(limit) + " bytes"};
  }
}

}  // namespace lastmile::real
