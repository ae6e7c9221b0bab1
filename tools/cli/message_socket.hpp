// The WebSocket on which a node tells of messages (http-api.md 5): frames of text, one after the other.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "core/base/time.hpp"

namespace lastmile::tools {

inline constexpr std::size_t kSocketFrameBytesMax = 16 * 1024 * 1024;

class MessageSocket {
 public:
  // `url`: http:// or https://, as in CliSettings, with the path behind it. An error names the host and what failed.
  static Result<MessageSocket> connect(const std::string& url);

  MessageSocket(MessageSocket&&) noexcept;
  MessageSocket& operator=(MessageSocket&&) noexcept;
  ~MessageSocket();

  // The next frame; an empty one of nullopt when none came within `patience`. An error: the connection is over.
  Result<std::optional<std::string>> next(Duration patience);

 private:
  struct Impl;
  explicit MessageSocket(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lastmile::tools
