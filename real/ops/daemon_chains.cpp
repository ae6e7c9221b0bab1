// Public chains of a running node: opened before the core, shown on the admin socket.
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "real/chain/curl_poster.hpp"
#include "real/chain/evm_gateway.hpp"
#include "real/ops/daemon_state.hpp"

namespace lastmile::real {

std::optional<DaemonFailure> Daemon::State::open_chains() {
  if (settings.chains.empty()) return std::nullopt;
  auto configs = evm_chains(settings.chains);
  if (!configs.ok()) return DaemonFailure{kExitUsage, configs.error().text};
  auto client = CurlPoster::open(loop);
  if (!client.ok()) return DaemonFailure{kExitFailed, client.error().text};
  poster = *std::move(client);
  auto opened = EvmGateway::open(clock, *timers, *disk, *poster, *std::move(configs),
                                 [](const std::string& line) { spdlog::warn("{}", line); });
  if (!opened.ok()) return DaemonFailure{kExitFailed, opened.error().text};
  chains = *std::move(opened);
  for (const ChainSettings& chain : settings.chains) {
    const std::string publisher = chains->publisher(chain.name);
    spdlog::info("follows chain {} from block {}{}", chain.name, chain.start_height,
                 publisher.empty() ? "" : ", anchors as " + publisher);
  }
  return std::nullopt;
}

void Daemon::State::add_chain_commands() {
  admin->add("chains", "public chains: heights, lag, anchors, endpoints",
             [this](const auto&, AdminServer::Reply reply) {
               auto list = AdminServer::Json::object();
               if (chains != nullptr) {
                 for (const auto& [name, report] : chains->reports()) {
                   const ChainFigures& figures = report.figures;
                   auto endpoints = AdminServer::Json::array();
                   for (const EndpointFigures& one : report.endpoints) {
                     endpoints.push_back({{"name", one.name},
                                          {"ready", one.ready},
                                          {"requests", one.requests},
                                          {"failures", one.failures},
                                          {"disagreements", one.disagreements}});
                   }
                   list[name] = {{"publisher", chains->publisher(name)},
                                 {"head", figures.head},
                                 {"height", figures.told},
                                 {"lag", figures.head > figures.told ? figures.head - figures.told : 0},
                                 {"final", figures.final},
                                 {"events", figures.events},
                                 {"unreadable", figures.unreadable},
                                 {"reorganisations", figures.reorganisations},
                                 {"failed_rounds", figures.failed_rounds},
                                 {"contradictions", figures.contradictions},
                                 {"anchors_waiting", figures.anchors},
                                 {"anchors_refused", figures.anchors_refused},
                                 {"fees_raised", figures.fees_raised},
                                 {"endpoints", std::move(endpoints)}};
                 }
               }
               reply(AdminServer::Json{{"chains", std::move(list)}});
             });
}

}  // namespace lastmile::real
