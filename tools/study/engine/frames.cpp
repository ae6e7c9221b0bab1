#include "tools/study/engine/frames.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/base/check.hpp"

namespace lastmile::study {
namespace {

constexpr std::size_t kLengthBytes = 4;

std::uint32_t length_at(const std::string& bytes, std::size_t at) {
  std::uint32_t length = 0;
  for (std::size_t i = kLengthBytes; i-- > 0;) length = length << 8U | static_cast<unsigned char>(bytes[at + i]);
  return length;
}

}  // namespace

bool send_frame(int stream, std::string_view text) {
  LM_CHECK(text.size() <= kFrameBytesMax);
  std::string bytes;
  for (std::size_t i = 0; i < kLengthBytes; ++i) bytes += static_cast<char>(text.size() >> (8 * i) & 0xffU);
  bytes += text;
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t put = ::send(stream, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    sent += static_cast<std::size_t>(put);
  }
  return true;
}

bool FrameReader::read_some(int stream) {
  std::array<char, 1 << 16> chunk;
  ssize_t got = 0;
  do {
    got = ::read(stream, chunk.data(), chunk.size());
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return false;
  bytes_.erase(0, begin_);
  begin_ = 0;
  bytes_.append(chunk.data(), static_cast<std::size_t>(got));
  return bytes_.size() < kLengthBytes || length_at(bytes_, 0) <= kFrameBytesMax;
}

std::optional<std::string> FrameReader::next() {
  if (bytes_.size() - begin_ < kLengthBytes) return std::nullopt;
  const std::uint32_t length = length_at(bytes_, begin_);
  if (bytes_.size() - begin_ - kLengthBytes < length) return std::nullopt;
  std::string text = bytes_.substr(begin_ + kLengthBytes, length);
  begin_ += kLengthBytes + length;
  return text;
}

std::optional<std::string> receive_frame(int stream, FrameReader& reader) {
  for (;;) {
    if (auto frame = reader.next()) return frame;
    if (!reader.read_some(stream)) return std::nullopt;
  }
}

}  // namespace lastmile::study
