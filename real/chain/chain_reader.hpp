// Following one EVM chain: rounds of questions, each giving blocks in order, a reorganisation, or nothing. What is told
// to the handler keeps the contract of env::ChainHandler whatever the endpoints say:
//
//   walk      blocks that may still change are read whole: headers by height, linked by parent hash to what was told
//             before, events by block hash, so that an endpoint that lags behind cannot say "no events"
//   history   far below what is final only events are read, by ranges as long as the endpoints allow; blocks without
//             events come without hash and parent (decision 0260)
//   walk back where the block below ours has another hash: down to the newest block that still stands, then on_reorg
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/env/chain_gateway.hpp"
#include "core/env/timers.hpp"
#include "real/chain/evm_config.hpp"
#include "real/chain/evm_queries.hpp"
#include "real/chain/rpc_pool.hpp"

namespace lastmile::real {

using ChainNotes = std::function<void(const std::string&)>;  // lines for the log, without data of users

struct ChainFigures {
  std::uint64_t head = 0;   // as far as the endpoints have said
  std::uint64_t told = 0;   // newest block handed on
  std::uint64_t final = 0;  // told to be final
  std::uint64_t reorganisations = 0;
  std::uint64_t events = 0;
  std::uint64_t unreadable = 0;      // events that are none
  std::uint64_t failed_rounds = 0;   // that brought nothing
  std::uint64_t contradictions = 0;  // answers against what is final
  std::size_t anchors = 0;           // not final yet
  std::uint64_t anchors_refused = 0;
  std::uint64_t fees_raised = 0;
};

class ChainReader {
 public:
  ChainReader(env::Timers& timers, RpcPool& pool, const EvmChainConfig& config, ChainNotes notes,
              ChainFigures& figures);

  void follow(std::uint64_t from, std::string_view known_hash, env::ChainHandler& handler);
  std::optional<std::uint64_t> final_height() const { return final_told_; }
  // Of the newest block handed on; empty: none yet.
  std::optional<std::uint64_t> told_height() const { return told_; }

 private:
  // An answer that comes after another follow(), or after our end, is not for us.
  template <class F>
  auto current(F work) {
    return [this, alive = std::weak_ptr<bool>(alive_), generation = generation_,
            work = std::move(work)](auto&&... arguments) mutable {
      if (!alive.expired() && generation == generation_) work(std::forward<decltype(arguments)>(arguments)...);
    };
  }

  void look_in(Duration pause);
  void round();
  void on_heads(const std::vector<RpcPool::Voice>& voices);
  void demote_those_behind(const std::vector<RpcPool::Voice>& voices);
  void walk(std::uint64_t to);
  void on_headers(const RpcAnswers& answers);
  void on_events(const std::vector<EthHeader>& headers, const RpcAnswers& answers);
  void history(std::uint64_t to);
  void on_history(std::uint64_t to, const RpcAnswers& answers);
  void on_history_headers(std::uint64_t to, const std::vector<EthLog>& logs, const RpcAnswers& answers);
  void walk_back(std::uint64_t below);
  void on_walk_back(const std::vector<std::uint64_t>& heights, const RpcAnswers& answers);
  void take_back(std::uint64_t kept);
  void nothing(const std::string& why);
  void contradiction(const std::string& why);
  void tell_until(std::uint64_t end);
  void tell();
  bool tell_final();
  void add_event(env::ChainBlock& block, const EthLog& log);

  env::Timers& timers_;
  RpcPool& pool_;
  const EvmChainConfig& config_;
  ChainNotes notes_;
  ChainFigures& figures_;

  env::ChainHandler* handler_ = nullptr;
  std::uint64_t generation_ = 0;                // grows with every follow()
  std::uint64_t next_ = 0;                      // height to be told next
  std::map<std::uint64_t, std::string> known_;  // hashes of told blocks, from the final one on
  std::optional<std::uint64_t> told_;           // newest block handed on, or remembered and found again
  std::optional<std::uint64_t> final_told_;
  std::uint64_t head_ = 0;              // as the endpoints say
  std::optional<std::uint64_t> final_;  // likewise
  std::uint64_t span_ = kLogSpanFirst;  // blocks in the next question for events
  std::uint64_t rounds_ = 0;
  std::size_t speaker_ = 0;  // endpoint whose word for the head was taken
  env::TimerId waiting_{};
  std::string last_note_;
  // Blocks to be told, some in each turn, up to but not including `telling_until_`. Without an entry: without events.
  std::uint64_t telling_until_ = 0;
  std::map<std::uint64_t, env::ChainBlock> telling_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace lastmile::real
