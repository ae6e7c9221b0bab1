// The few calls on files that every durable write is made of.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace lastmile::real {

// An open file or socket; closes it. -1 = none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Descriptor() { reset(); }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }
  void reset();

 private:
  int fd_ = -1;
};

// "what PATH: No space left on device": from errno, to be called before anything else changes it.
Error file_error(std::string_view what, const std::filesystem::path& path);

Result<Unit> write_all(int fd, ByteView bytes, const std::filesystem::path& path);
Result<Unit> sync_folder(const std::filesystem::path& folder);  // makes new, renamed and removed names durable

// Writes a whole file so that a crash leaves the old or the new content, never a mixture: `temporary` (same file
// system) is written and synced, renamed to `path`, and the folder of `path` is synced. mode as for open(2).
Result<Unit> write_file_durably(const std::filesystem::path& path, const std::filesystem::path& temporary,
                                ByteView content, unsigned mode = 0644);
// The same with PATH.tmp.
Result<Unit> write_file_durably(const std::filesystem::path& path, std::string_view content, unsigned mode = 0644);

// All of a regular file of at most `limit` bytes; a longer one is an error, and so is a pipe or a device, which could
// keep us waiting.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit);

}  // namespace lastmile::real
