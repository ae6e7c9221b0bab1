// Sends anchors to one EVM chain, one at a time, and sees them into final blocks. What was signed is durable before it
// is sent, so that no restart signs another anchor for a nonce that may be on its way (decision 0261):
//
//   submit -> nonce, fees, gas -> sign -> remember -> send to every endpoint -> answered with the transaction's hash
//   then, at each look: in a block -> waits for it to be final -> forgotten
//                       taken back -> sent again
//                       in no block for long -> signed again with the same nonce and higher fees
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/env/chain_gateway.hpp"
#include "core/env/clock.hpp"
#include "core/env/disk.hpp"
#include "core/env/timers.hpp"
#include "real/chain/anchor_book.hpp"
#include "real/chain/chain_reader.hpp"
#include "real/chain/evm_config.hpp"
#include "real/chain/rpc_pool.hpp"

namespace lastmile::real {

class AnchorSender {
 public:
  // The config must have a key. Error: what is remembered cannot be read.
  static Result<std::unique_ptr<AnchorSender>> open(env::Clock& clock, env::Timers& timers, env::Disk& disk,
                                                    RpcPool& pool, const EvmChainConfig& config, ChainNotes notes,
                                                    ChainFigures& figures);

  // As env::ChainGateway::submit. Errors: an earlier anchor is in no block yet (its fees are raised meanwhile), fees or
  // gas above what the operator allows, refused by the chain, no endpoint answers.
  void submit(std::string payload, env::Done<std::string> done);

  const AnchorBook& book() const { return book_; }

 private:
  struct Draft;
  AnchorSender(env::Clock& clock, env::Timers& timers, env::Disk& disk, RpcPool& pool, const EvmChainConfig& config,
               ChainNotes notes, ChainFigures& figures);
  template <class F>
  auto alive(F work) {
    return [alive = std::weak_ptr<bool>(alive_), work = std::move(work)](auto&&... arguments) mutable {
      if (!alive.expired()) work(std::forward<decltype(arguments)>(arguments)...);
    };
  }

  void refuse(const std::shared_ptr<Draft>& draft, std::string why);
  void on_place(const std::shared_ptr<Draft>& draft, const RpcAnswers& place);
  void on_prepared(const std::shared_ptr<Draft>& draft, std::uint64_t nonce, const RpcAnswers& answers);
  AnchorAttempt sign(const Anchor& anchor, const Uint256& tip, const Uint256& fee_limit) const;
  void remember(env::Done<Unit> done);
  void send(const Anchor& anchor, Callback<void(std::vector<RpcPool::Voice>)> heard);
  void on_sent(const std::shared_ptr<Draft>& draft, const AnchorAttempt& attempt,
               const std::vector<RpcPool::Voice>& voices);
  void look_later();
  void look();
  void on_looked(const std::vector<std::uint64_t>& nonces, const RpcAnswers& answers);
  void push();
  void raise(Anchor& anchor, const EthFees& fees);

  env::Clock& clock_;
  env::Timers& timers_;
  env::Disk& disk_;
  RpcPool& pool_;
  const EvmChainConfig& config_;
  ChainNotes notes_;
  ChainFigures& figures_;
  Bytes contract_;
  AnchorBook book_;
  bool busy_ = false;         // a submission is being prepared or sent
  bool looking_ = false;      // a timer or a look is on its way
  Instant offered_;           // when the waiting anchor was last signed
  int looks_without_it_ = 0;  // that found its nonce used
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace lastmile::real
