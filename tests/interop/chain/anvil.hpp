// A local Ethereum chain for tests: the program anvil in a process of its own, blocks made on demand only.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace lastmile::test {

struct AnvilOptions {
  std::uint64_t chain_id = 31337;
  std::uint64_t slots_in_an_epoch = 4;  // a block is final below twice as many
};

class Anvil {
 public:
  // Null where the packages of tests/interop/chain are not installed; tests then skip.
  static std::unique_ptr<Anvil> start(const AnvilOptions& options = {});
  ~Anvil();  // kills it
  Anvil(const Anvil&) = delete;
  Anvil& operator=(const Anvil&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  // JSON text of the result; fails the test and gives "null" on an error.
  std::string call(std::string_view method, std::string_view params = "[]") const;
  // Puts real/rig/contract/sync.sol on the chain, in one block. Its address.
  std::string deploy() const;
  void mine(std::uint64_t blocks = 1) const;
  std::uint64_t height() const;
  void give_ether(std::string_view address) const;
  void mint(std::string_view contract, std::string_view address, std::uint64_t units) const;
  // A call by an account that anvil holds the key of, in one block. data: hexadecimal.
  void transact(std::string_view contract, std::string_view data) const;
  void pause() const;  // SIGSTOP: accepts connections and says nothing
  void resume() const;

 private:
  Anvil(pid_t pid, int port) : pid_(pid), port_(port) {}
  pid_t pid_;
  int port_;
};

#define LM_NEED_ANVIL(chain) \
  if ((chain) == nullptr) GTEST_SKIP() << "anvil is not installed: tools/install-interop"

}  // namespace lastmile::test
