// An Ethereum chain in memory and its endpoints, who may lie: what the tests of real/chain talk to. Time is by hand.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "real/chain/http_poster.hpp"
#include "tests/unit/node/fakes.hpp"

namespace lastmile::real::test {

using node::test::Time;

inline constexpr std::string_view kContract = "0x166fd4299364b21c7567e163d85d78d2fb2f8ad5";
inline constexpr std::uint64_t kChainId = 31337;

struct FakeTransaction {
  std::string hash;
  std::uint64_t nonce = 0;
  std::string fee;  // max_fee_per_gas, decimal
  std::string sender;
  std::string payload;
};

struct FakeBlock {
  std::uint64_t number = 0;
  std::string hash;
  std::string parent;
  std::vector<std::string> payloads;  // one sync event each
  std::vector<FakeTransaction> transactions;
};

// How an endpoint misbehaves.
struct Lies {
  bool silent = false;             // no answer before the deadline
  bool garbage = false;            // bytes that are no JSON
  int status = 200;                // with an empty body when it is another
  bool limited = false;            // "too many requests"
  bool omits = false;              // events that are there
  bool repeats = false;            // events twice
  bool reverses = false;           // events in the wrong order
  bool shifts = false;             // the block below the one asked for
  bool invents = false;            // another hash for every block
  bool refuses = false;            // transactions
  std::uint64_t counts_ahead = 0;  // transactions that nobody sent
  std::uint64_t lags = 0;          // blocks behind
  std::uint64_t span = 0;          // blocks in one question for events at most; 0 = any
  std::size_t batch = 100;         // calls in one request at most
};

class FakeChain {
 public:
  explicit FakeChain(std::uint64_t finality) : finality_(finality) { grow(1); }

  // A new block with events of these payloads, and what the pool has.
  void grow(std::size_t blocks, std::vector<std::string> payloads = {});
  // The newest blocks are gone; their transactions wait again.
  void drop(std::size_t blocks);
  std::uint64_t head() const { return blocks_.size() - 1; }
  std::uint64_t final() const { return head() > finality_ ? head() - finality_ : 0; }
  const std::vector<FakeBlock>& blocks() const { return blocks_; }

  // JSON text of one answer without its id.
  std::string answer(const std::string& method, const std::string& params, const Lies& lies);

  std::uint64_t nonce() const;  // in blocks
  bool mines = true;            // takes transactions from the pool
  std::uint64_t base_fee = 10'000'000'000;
  std::uint64_t gas = 30'000;
  std::vector<FakeTransaction> pool;
  std::vector<FakeTransaction> heard;  // every transaction that ever came

 private:
  std::string header_json(std::uint64_t number, const Lies& lies) const;
  std::string logs_json(std::uint64_t from, std::uint64_t to, const Lies& lies) const;
  std::string send(const std::string& raw);

  std::uint64_t finality_;
  std::uint64_t branches_ = 0;
  std::vector<FakeBlock> blocks_;
};

// http://one, http://two, ... of one chain.
class FakeEndpoints final : public HttpPoster {
 public:
  FakeEndpoints(Time& time, FakeChain& chain) : time_(time), chain_(chain) {}
  void post(HttpRequest request, env::Done<HttpReply> done) override;

  std::map<std::string, Lies> lies;  // by URL
  std::map<std::string, std::uint64_t> requests;
  // Called before a transaction reaches the chain; a test may end the node here.
  std::uint64_t calls = 0;

 private:
  Time& time_;
  FakeChain& chain_;
};

}  // namespace lastmile::real::test
