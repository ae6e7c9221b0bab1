#include "tools/cli/input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "real/env/posix_file.hpp"

namespace lastmile::tools {
namespace {

constexpr std::string_view kStandardInput = "-";

// Stops early without an error when `take` says no.
Result<Unit> read_pieces(int fd, const std::string& name, const std::function<bool(ByteView)>& take) {
  Bytes piece(kInputPieceBytes);
  for (;;) {
    const ssize_t got = ::read(fd, piece.data(), piece.size());
    if (got < 0) {
      if (errno == EINTR) continue;
      return real::file_error("cannot read", name);
    }
    if (got == 0) return Unit{};
    if (!take(ByteView(piece).first(static_cast<std::size_t>(got)))) return Unit{};
  }
}

Result<Unit> read_while(const std::string& name, const std::function<bool(ByteView)>& take) {
  if (name == kStandardInput) return read_pieces(STDIN_FILENO, "standard input", take);
  const real::Descriptor fd(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return real::file_error("cannot open", name);
  struct stat about{};
  if (::fstat(fd.get(), &about) != 0) return real::file_error("cannot read", name);
  if (!S_ISREG(about.st_mode)) return Error{name + ": expected a file, found a folder, pipe or device"};
  return read_pieces(fd.get(), name, take);
}

}  // namespace

Result<Unit> read_input(const std::string& name, const std::function<void(ByteView)>& take) {
  return read_while(name, [&](ByteView piece) {
    take(piece);
    return true;
  });
}

Result<std::string> read_input_text(const std::string& name, std::size_t limit) {
  std::string text;
  const auto read = read_while(name, [&](ByteView piece) {
    text.append(as_text(piece));
    return text.size() <= limit;
  });
  if (!read.ok()) return read.error();
  if (text.size() > limit) return Error{name + ": expected at most " + std::to_string(limit) + " bytes, found more"};
  return text;
}

}  // namespace lastmile::tools
