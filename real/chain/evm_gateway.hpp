// Public chains of the EVM family behind env::ChainGateway: for each its endpoints, its reader, and, where there is a
// key, its sender of anchors.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/env/chain_gateway.hpp"
#include "core/env/clock.hpp"
#include "core/env/disk.hpp"
#include "core/env/timers.hpp"
#include "real/chain/anchor_sender.hpp"
#include "real/chain/chain_reader.hpp"
#include "real/chain/evm_config.hpp"
#include "real/chain/http_poster.hpp"

namespace lastmile::real {

class EvmGateway final : public env::ChainGateway {
 public:
  // Loop thread only; everything given must outlive it. Error: remembered anchors that cannot be read.
  static Result<std::unique_ptr<EvmGateway>> open(env::Clock& clock, env::Timers& timers, env::Disk& disk,
                                                  HttpPoster& http, std::vector<EvmChainConfig> chains,
                                                  ChainNotes notes);
  ~EvmGateway() override;

  void follow(std::string_view chain, env::Height from, std::string_view known_hash,
              env::ChainHandler& handler) override;
  void submit(std::string_view chain, std::string payload, env::Done<std::string> done) override;
  std::string publisher(std::string_view chain) const override;  // empty without a key
  void balance(std::string_view chain, std::string address, env::Done<std::string> done) override;

  // By name of the chain.
  struct Report {
    ChainFigures figures;
    std::vector<EndpointFigures> endpoints;
  };
  std::map<std::string, Report> reports() const;

 private:
  struct Line;
  explicit EvmGateway(env::Timers& timers);
  Line* find(std::string_view chain) const;
  void answer_later(env::Done<std::string> done, std::string error);

  env::Timers& timers_;
  std::map<std::string, std::unique_ptr<Line>, std::less<>> lines_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace lastmile::real
