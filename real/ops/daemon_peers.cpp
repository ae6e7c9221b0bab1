// The commands of the admin socket that change whom this node talks to.
#include <nlohmann/json.hpp>

#include "real/ops/admin_request.hpp"
#include "real/ops/daemon_state.hpp"
#include "real/ops/settings_keys.hpp"

namespace lastmile::real {
namespace {

// As p2p.peers takes it.
Result<Unit> good_peer(const std::string& address) {
  const SettingKey* key = find_setting("p2p.peers");
  LM_CHECK(key != nullptr);
  Settings unused;
  if (key->set(unused, SettingValue(std::vector<std::string>{address}))) return Unit{};
  return Error{"address: expected one such as \"/ip4/192.0.2.7/tcp/4025/p2p/12D3KooW...\", found \"" + address + "\""};
}

}  // namespace

void Daemon::State::add_peer_commands() {
  using Json = AdminServer::Json;
  using Reply = AdminServer::Reply;
  const auto change = [this](const char* field, bool whole_address, auto apply) {
    return [this, field, whole_address, apply](const Json& request, Reply reply) {
      const auto text = text_field(request, field);
      if (!text.ok()) return reply(text.error());
      if (whole_address) {
        if (const auto good = good_peer(*text); !good.ok()) return reply(good.error());
      }
      const Result<bool> changed = apply(*text);
      if (!changed.ok()) return reply(changed.error());
      node->set_banned(peer_lists.banned());
      reply(Json{{"changed", *changed}});
    };
  };
  admin->add("peer_add", "a peer to keep connected, now and after a restart: address",
             change("address", true, [this](const std::string& address) {
               auto added = peer_lists.add(address);
               if (added.ok()) node->add_peer(p2p_address(address));
               return added;
             }));
  admin->add("peer_remove", "a peer that was added is dialled no more after a restart: address",
             change("address", true, [this](const std::string& address) { return peer_lists.remove(address); }));
  admin->add("peer_ban", "connections of this identity are closed at once: identity",
             change("identity", false, [this](const std::string& identity) { return peer_lists.ban(identity); }));
  admin->add("peer_unban", "the opposite: identity",
             change("identity", false, [this](const std::string& identity) { return peer_lists.unban(identity); }));
  admin->add("peer_lists", "who was added and who is banned", [this](const Json&, Reply reply) {
    reply(Json{{"added", peer_lists.added()}, {"banned", peer_lists.banned()}});
  });
}

}  // namespace lastmile::real
