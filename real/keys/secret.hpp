// A password or another secret text: wiped when it goes, never printed. Comes from where other users of the machine do
// not see it: a file, an open descriptor, a credential of the service manager; never from the command line or the
// environment.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace lastmile::real {

inline constexpr std::size_t kSecretBytesMax = 1024;

class Secret {
 public:
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(Secret&&) noexcept = default;
  Secret& operator=(Secret&&) noexcept = default;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();
  std::string_view view() const { return text_; }

 private:
  std::string text_;
};

// The file's content without one line end. Refused: what others may read, what is empty or above kSecretBytesMax, pipes
// and devices. Errors name the file and what to do.
Result<Secret> read_secret_file(const std::string& path);
// All of an open descriptor, which may be a pipe; the same rules otherwise.
Result<Secret> read_secret_descriptor(int descriptor);

// A file that holds a secret: an error when it can be read by others than its owner.
Result<Unit> check_private_file(const std::string& path);

}  // namespace lastmile::real
