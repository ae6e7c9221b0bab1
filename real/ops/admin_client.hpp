// The other end of the admin socket, for programs that ask a running node: blocking or polled, no loop needed.
#pragma once

#include <deque>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "real/env/posix_file.hpp"

namespace lastmile::real {

class AdminClient {
 public:
  using Json = nlohmann::json;
  static Result<AdminClient> connect(const std::filesystem::path& socket);

  // Asks and waits for the answer: its "result", or an Error with its "error" text. Answers to earlier post() calls
  // that come in between are kept for receive().
  Result<Json> ask(const std::string& command, const Json& fields, Duration limit);
  Result<Json> ask(const std::string& command, Duration limit);

  // Waits until the process at the other end has ended; how long that took, or nothing when it lasted longer than
  // `limit`. In a world of its own process numbers the socket must do: then it is until the node closed it.
  std::optional<Duration> await_end(Duration limit);

  // Queues a question; the fields may have no "id". Gives the id of its answer.
  std::uint64_t post(const std::string& command, const Json& fields);
  // Moves bytes both ways without waiting. Error: the node closed the socket.
  Result<Unit> pump();
  // An answer as it came ("id", "ok", "result" or "error"), if there is one.
  std::optional<Json> receive();
  std::size_t unsent_bytes() const { return unsent_.size(); }

 private:
  AdminClient(Descriptor socket, Descriptor process) : socket_(std::move(socket)), process_(std::move(process)) {}
  Descriptor socket_;
  Descriptor process_;  // of the node; readable when it has ended
  std::string unsent_;
  std::string unread_;
  std::deque<std::string> lines_;  // complete, not handed out
  std::uint64_t last_id_ = 0;
};

}  // namespace lastmile::real
