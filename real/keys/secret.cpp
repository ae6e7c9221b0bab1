#include "real/keys/secret.hpp"

#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "real/env/posix_file.hpp"

namespace lastmile::real {
namespace {

Result<Secret> secret_of(std::string text, const std::string& name) {
  Secret secret(std::move(text));
  std::string_view view = secret.view();
  if (view.size() > kSecretBytesMax)
    return Error{name + ": expected at most " + std::to_string(kSecretBytesMax) + " bytes, found more"};
  if (view.ends_with('\n')) view.remove_suffix(1);
  if (view.ends_with('\r')) view.remove_suffix(1);
  if (view.empty()) return Error{name + ": expected a password, found nothing"};
  return Secret(std::string(view));
}

}  // namespace

Secret::~Secret() { OPENSSL_cleanse(text_.data(), text_.size()); }

Result<Unit> check_private_file(const std::string& path) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) return file_error("cannot look at", path);
  if ((about.st_mode & 0077) != 0)
    return Error{path + " can be read by others: chmod 600 it, and think about who has read it"};
  return Unit{};
}

Result<Secret> read_secret_file(const std::string& path) {
  if (const auto checked = check_private_file(path); !checked) return checked.error();
  auto text = read_file(path, kSecretBytesMax + 2);
  if (!text) return text.error();
  return secret_of(*std::move(text), path);
}

Result<Secret> read_secret_descriptor(int descriptor) {
  const std::string name = "descriptor " + std::to_string(descriptor);
  std::string text;
  text.reserve(2 * kSecretBytesMax);  // not moved while it grows, so that no copy stays behind
  std::array<char, 256> piece{};
  while (text.size() <= kSecretBytesMax) {
    const ssize_t got = ::read(descriptor, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error("cannot read", name);
    if (got == 0) break;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  OPENSSL_cleanse(piece.data(), piece.size());
  return secret_of(std::move(text), name);
}

}  // namespace lastmile::real
