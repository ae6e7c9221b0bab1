#include "real/chain/evm_gateway.hpp"

#include <utility>

#include "core/base/check.hpp"

namespace lastmile::real {

// Members die in reverse order: those that ask before who is asked.
struct EvmGateway::Line {
  Line(env::Clock& clock, env::Timers& timers, HttpPoster& http, EvmChainConfig settings, const ChainNotes& notes)
      : config(std::move(settings)),
        pool(clock, timers, http, config.endpoints, config.deadline),
        reader(timers, pool, config, notes, figures) {}

  EvmChainConfig config;
  ChainFigures figures;
  RpcPool pool;
  ChainReader reader;
  std::unique_ptr<AnchorSender> sender;  // null: no key
};

Result<std::unique_ptr<EvmGateway>> EvmGateway::open(env::Clock& clock, env::Timers& timers, env::Disk& disk,
                                                     HttpPoster& http, std::vector<EvmChainConfig> chains,
                                                     ChainNotes notes) {
  std::unique_ptr<EvmGateway> out(new EvmGateway(timers));
  for (EvmChainConfig& config : chains) {
    LM_CHECK(!config.key || config.chain_id != 0);
    LM_CHECK(config.votes >= 1 && config.votes <= config.endpoints.size());
    const std::string name = config.name;
    auto line = std::make_unique<Line>(clock, timers, http, std::move(config), notes);
    if (line->config.key) {
      auto sender = AnchorSender::open(clock, timers, disk, line->pool, line->config, notes, line->figures);
      if (!sender.ok()) return sender.error();
      line->sender = *std::move(sender);
    }
    const bool fresh = out->lines_.emplace(name, std::move(line)).second;
    LM_CHECK(fresh);
  }
  return out;
}

EvmGateway::EvmGateway(env::Timers& timers) : timers_(timers) {}
EvmGateway::~EvmGateway() = default;

EvmGateway::Line* EvmGateway::find(std::string_view chain) const {
  const auto found = lines_.find(chain);
  return found == lines_.end() ? nullptr : found->second.get();
}

void EvmGateway::answer_later(env::Done<std::string> done, std::string error) {
  timers_.after({}, [alive = std::weak_ptr<bool>(alive_), done = std::move(done), error = std::move(error)]() mutable {
    if (!alive.expired()) done(Error{std::move(error)});
  });
}

void EvmGateway::follow(std::string_view chain, env::Height from, std::string_view known_hash,
                        env::ChainHandler& handler) {
  if (Line* line = find(chain)) line->reader.follow(from.value, known_hash, handler);
}

void EvmGateway::submit(std::string_view chain, std::string payload, env::Done<std::string> done) {
  Line* line = find(chain);
  if (line == nullptr) return answer_later(std::move(done), "no chain " + std::string(chain) + " is configured");
  if (line->sender == nullptr) return answer_later(std::move(done), "chain " + std::string(chain) + " has no key_file");
  line->sender->submit(std::move(payload), std::move(done));
}

std::string EvmGateway::publisher(std::string_view chain) const {
  const Line* line = find(chain);
  return line == nullptr || !line->config.key ? std::string() : line->config.key->address();
}

void EvmGateway::balance(std::string_view chain, std::string address, env::Done<std::string> done) {
  Line* line = find(chain);
  if (line == nullptr) return answer_later(std::move(done), "no chain " + std::string(chain) + " is configured");
  if (line->config.token.empty()) return answer_later(std::move(done), "chain " + std::string(chain) + " has no token");
  const auto bytes = parse_eth_address(address);
  if (!bytes) return answer_later(std::move(done), "not an address of chain " + std::string(chain));
  const auto told = line->reader.told_height();
  line->pool.ask({ask_balance(line->config.token, *bytes, told ? eth_quantity(*told) : "latest")}, line->config.votes,
                 [done = std::move(done)](const Result<RpcAnswers, RpcFailure>& answers) mutable {
                   if (!answers.ok()) return done(Error{answers.error().text});
                   const auto units = parse_eth_word(*answers->front());
                   if (!units.ok()) return done(units.error());
                   done(units->text());
                 });
}

std::map<std::string, EvmGateway::Report> EvmGateway::reports() const {
  std::map<std::string, Report> out;
  for (const auto& [name, line] : lines_) out[name] = {line->figures, line->pool.figures()};
  return out;
}

}  // namespace lastmile::real
