// The verbs of `peers`, all of them questions to the running node.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "real/ops/daemon.hpp"
#include "tools/node/common.hpp"

namespace lastmile::tools {
namespace {

using nlohmann::json;

int change(const NodeOptions& options, const char* command, const char* field, const char* done, const char* already) {
  json answer;
  if (const int code = ask(options, command, {{field, options.peer}}, kAnswerMax, answer); code != real::kExitOk)
    return code;
  if (options.json) std::puts(answer.dump().c_str());
  if (!options.json) std::printf("%s: %s\n", options.peer.c_str(), answer.value("changed", false) ? done : already);
  return real::kExitOk;
}

}  // namespace

int command_peers_list(const NodeOptions& options) {
  json connected;
  json lists;
  if (const int code = ask(options, "peers", json::object(), kAnswerMax, connected); code != real::kExitOk) return code;
  if (const int code = ask(options, "peer_lists", json::object(), kAnswerMax, lists); code != real::kExitOk)
    return code;
  if (options.json) {
    std::puts(json{{"connected", connected}, {"added", lists["added"]}, {"banned", lists["banned"]}}.dump().c_str());
    return real::kExitOk;
  }
  if (connected.empty()) std::puts("nobody is connected");
  for (const json& peer : connected) {
    std::printf("connected  %s\n", peer.value("identity", std::string()).c_str());
  }
  for (const char* kind : {"added", "banned"}) {
    for (const json& one : lists[kind]) std::printf("%-9s  %s\n", kind, one.get_ref<const std::string&>().c_str());
  }
  return real::kExitOk;
}

int command_peers_add(const NodeOptions& options) {
  return change(options, "peer_add", "address", "kept connected from now on", "was added already");
}
int command_peers_remove(const NodeOptions& options) {
  return change(options, "peer_remove", "address", "dialled no more after a restart", "was not added");
}
int command_peers_ban(const NodeOptions& options) {
  return change(options, "peer_ban", "identity", "banned", "was banned already");
}
int command_peers_unban(const NodeOptions& options) {
  return change(options, "peer_unban", "identity", "banned no more", "was not banned");
}

}  // namespace lastmile::tools
