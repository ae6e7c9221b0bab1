// A WebSocket as those who feed it see it. Everything here is called on the server's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/callback.hpp"

namespace lastmile::http {

inline constexpr std::uint16_t kCloseGoingAway = 1001;
inline constexpr std::uint16_t kCloseTryAgainLater = 1013;

class Socket {
 public:
  virtual ~Socket() = default;
  // Queued as one text frame; the text may be shared by many sockets. A reader for whom more than
  // Limits::socket_queue_bytes would wait is cut off. Of no effect once closed.
  virtual void send(std::shared_ptr<const std::string> text) = 0;
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  virtual bool is_open() const = 0;
  // Called once, when it is gone for whatever reason.
  virtual void on_closed(Callback<void()> call) = 0;
};

}  // namespace lastmile::http
