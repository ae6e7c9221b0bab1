#include "scenarios/engine/text/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <streambuf>
#include <system_error>

namespace lastmile::scenario {
namespace {

// Owns the descriptor.
class DescriptorBuffer : public std::streambuf {
 public:
  explicit DescriptorBuffer(int fd) : fd_(fd) {}
  DescriptorBuffer(const DescriptorBuffer&) = delete;
  DescriptorBuffer& operator=(const DescriptorBuffer&) = delete;
  ~DescriptorBuffer() override { ::close(fd_); }

 protected:
  int_type underflow() override {
    ssize_t got = 0;
    do {
      got = ::read(fd_, block_.data(), block_.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) throw std::system_error(errno, std::generic_category());  // the stream turns it into badbit
    setg(block_.data(), block_.data(), block_.data() + got);
    return got == 0 ? traits_type::eof() : traits_type::to_int_type(block_.front());
  }

 private:
  const int fd_;
  std::array<char, 64 * 1024> block_;
};

class InputFile final : private DescriptorBuffer, public std::istream {
 public:
  explicit InputFile(int fd) : DescriptorBuffer(fd), std::istream(this) {}
};

std::string kind_text(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

std::string reason_text(int error) {
  if (error == ENOENT || error == ENOTDIR) return "no such file";
  if (error == ENXIO) return "a socket";  // what open says of one
  return "one that cannot be read (" + std::generic_category().message(error) + ")";
}

}  // namespace

Result<std::unique_ptr<std::istream>> open_input(const std::string& path) {
  // Without O_NONBLOCK the open itself would wait for the writer of a pipe.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return Error{reason_text(errno)};
  auto file = std::make_unique<InputFile>(fd);
  struct stat about{};
  if (::fstat(fd, &about) != 0) return Error{reason_text(errno)};
  if (!S_ISREG(about.st_mode)) return Error{kind_text(about.st_mode)};
  return std::unique_ptr<std::istream>(std::move(file));
}

}  // namespace lastmile::scenario
