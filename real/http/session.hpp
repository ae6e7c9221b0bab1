// One connection. Made by the server, lives on its thread; ends by itself.
#pragma once

#include <memory>
#include <string>

#include "real/http/server_core.hpp"

namespace lastmile::http {

class Session {
 public:
  virtual ~Session() = default;
  virtual void start() = 0;
  // Ends at once when nothing is being answered, otherwise after the answer.
  virtual void finish() = 0;
  virtual void close() = 0;  // now
  virtual const std::string& peer() const = 0;
};

std::shared_ptr<Session> make_session(std::shared_ptr<Server::Core> core, real::tcp::socket socket, std::string peer);

}  // namespace lastmile::http
