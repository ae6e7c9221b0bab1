// Messages between the processes of a study, over one stream: a length of four bytes, little endian, then the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace lastmile::study {

inline constexpr std::uint32_t kFrameBytesMax = 8 << 20;

// The whole frame. False: nobody reads any more.
bool send_frame(int stream, std::string_view text);

// Collects what arrives in pieces.
class FrameReader {
 public:
  // Reads once what is there, waiting for the first byte if there is none. False: the stream has ended, or holds
  // something else than frames.
  bool read_some(int stream);
  std::optional<std::string> next();

 private:
  std::string bytes_;
  std::size_t begin_ = 0;
};

// The next frame, however long it takes; empty at the end.
std::optional<std::string> receive_frame(int stream, FrameReader& reader);

}  // namespace lastmile::study
