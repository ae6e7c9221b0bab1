// The node's admin socket: a Unix socket that takes one JSON object per line and answers each with one line.
//
//   {"id": 7, "command": "status"}         ->  {"id": 7, "ok": true, "result": {...}}
//   {"id": 8, "command": "no such thing"}  ->  {"id": 8, "ok": false, "error": "..."}
//
// Answers may come in another order than the questions; `id` is given back as it came. Who can open the socket (mode
// 0660) may do anything.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/base/callback.hpp"
#include "core/base/result.hpp"
#include "real/env/loop.hpp"

namespace lastmile::real {

struct AdminLimits {
  std::size_t line_bytes = 64 * 1024 * 1024;  // a message with its files
  std::size_t depth = 32;                     // of JSON
  std::size_t connections = 32;
  std::size_t pending_per_connection = 4096;     // asked and not answered; reading pauses above it
  std::size_t answer_bytes = 256 * 1024 * 1024;  // queued for one client; above it the client is cut off
};

class AdminServer {
 public:
  using Json = nlohmann::json;
  // Call it once, at once or later; not at all leaves the client waiting.
  using Reply = Callback<void(Result<Json>)>;
  // The request object is valid during the call only. Must not throw; reading a field of another type than expected
  // does, and is answered as an error.
  using Command = Callback<void(const Json& request, Reply reply)>;

  // A socket that a dead process left behind is replaced; one that somebody answers on is an error.
  static Result<std::unique_ptr<AdminServer>> open(Loop& loop, const std::filesystem::path& socket,
                                                   AdminLimits limits = {});
  ~AdminServer();  // answers nobody any more, removes the socket

  // Before the loop runs. "help" is built in: it lists all commands.
  void add(std::string name, std::string about, Command command);

 private:
  class Core;
  AdminServer() = default;
  std::shared_ptr<Core> core_;
};

}  // namespace lastmile::real
