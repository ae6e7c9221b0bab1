// One public chain of a rig: the program anvil in a process of its own, whose blocks come when the rig says so.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "real/rig/child.hpp"

namespace lastmile::real {

// Creation code of contract/sync.sol, hexadecimal digits.
std::string_view sync_contract_code();

class Anvil {
 public:
  static constexpr Duration kStartMax = seconds(20);
  static constexpr Duration kAnswerMax = seconds(10);

  struct Options {
    std::string program;
    std::vector<std::string> hosts;  // it listens on each of them
    std::uint16_t port = 0;
    std::uint64_t chain_id = 1;
    std::filesystem::path log;
  };
  // It answers, and the contract is in a block. Errors: a program that does not start, or that is not anvil.
  static Result<Anvil> start(const Options& options);

  const std::string& contract() const { return contract_; }        // its address
  std::uint64_t contract_height() const { return first_height_; }  // of its block
  Result<Unit> give_ether(const std::string& address);             // 10 of them
  Result<Unit> mine();                                             // one block with what waits
  // Takes the newest blocks back, the contract's never, and puts as many empty ones and one more in their place; how
  // many. What waited in the blocks that were lost is for its senders to send again.
  Result<std::uint64_t> reorg(std::uint64_t depth);
  // Empty: it runs.
  std::optional<int> ended() { return process_.running() ? std::nullopt : process_.status(); }

 private:
  Anvil(Child process, std::string url) : process_(std::move(process)), url_(std::move(url)) {}
  Result<Unit> deploy();
  Result<nlohmann::json> call(const std::string& method, const nlohmann::json& parameters);
  Result<std::uint64_t> height();

  Child process_;
  std::string url_;
  std::string contract_;
  std::uint64_t first_height_ = 0;
};

}  // namespace lastmile::real
