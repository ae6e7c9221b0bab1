#include "tests/interop/chain/anvil.hpp"

#include <curl/curl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/message/json_view.hpp"

namespace lastmile::test {
namespace {

constexpr std::string_view kSaysPort = "Listening on 127.0.0.1:";
// The first account of the mnemonic that every such chain starts with: it has ether, and its key is no secret.
constexpr std::string_view kRich = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

std::filesystem::path program() {
  return std::filesystem::path(LM_INTEROP_CHAIN) / "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";
}

std::string text_of(const std::string& json) {
  const auto view = message::JsonView::parse(json);
  return view.ok() && view->is_string() ? view->string() : std::string();
}

std::size_t take(char* bytes, std::size_t, std::size_t count, void* to) {
  static_cast<std::string*>(to)->append(bytes, count);
  return count;
}

std::string word(std::string_view digits) { return std::string(64 - digits.size(), '0') + std::string(digits); }

}  // namespace

std::unique_ptr<Anvil> Anvil::start(const AnvilOptions& options) {
  if (!std::filesystem::exists(program())) return nullptr;
  std::array<int, 2> out{};
  if (::pipe(out.data()) != 0) return nullptr;
  const std::string chain_id = std::to_string(options.chain_id);
  const std::string slots = std::to_string(options.slots_in_an_epoch);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // not longer than the test
    ::dup2(out[1], STDOUT_FILENO);
    ::close(out[0]);
    ::close(out[1]);
    ::execl(program().c_str(), "anvil", "--host", "127.0.0.1", "--port", "0", "--no-mining", "--chain-id",
            chain_id.c_str(), "--slots-in-an-epoch", slots.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(out[1]);
  std::string said;
  std::array<char, 4096> room;
  int port = 0;
  while (port == 0) {
    const ssize_t count = ::read(out[0], room.data(), room.size());
    if (count <= 0) break;
    said.append(room.data(), static_cast<std::size_t>(count));
    const auto at = said.find(kSaysPort);
    const auto end = at == std::string::npos ? at : said.find('\n', at);
    if (end == std::string::npos) continue;
    std::from_chars(said.data() + at + kSaysPort.size(), said.data() + end, port);
  }
  // Its log goes nowhere from here on: a pipe that nobody reads would stop it.
  if (::fork() == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (::read(out[0], room.data(), room.size()) > 0) {
    }
    ::_exit(0);
  }
  ::close(out[0]);
  if (port == 0) {
    ADD_FAILURE() << "anvil did not start: " << said;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return nullptr;
  }
  return std::unique_ptr<Anvil>(new Anvil(pid, port));
}

Anvil::~Anvil() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Anvil::pause() const { ::kill(pid_, SIGSTOP); }
void Anvil::resume() const { ::kill(pid_, SIGCONT); }

std::string Anvil::call(std::string_view method, std::string_view params) const {
  const std::string body =
      R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(method) + R"(","params":)" + std::string(params) + "}";
  std::string reply;
  CURL* easy = curl_easy_init();
  curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/json");
  const std::string where = url();
  curl_easy_setopt(easy, CURLOPT_URL, where.c_str());
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, static_cast<void*>(&reply));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 60000L);
  const CURLcode code = curl_easy_perform(easy);
  curl_slist_free_all(headers);
  curl_easy_cleanup(easy);
  const auto json = message::JsonView::parse(reply);
  const auto result = code == CURLE_OK && json.ok() && json->is_object() ? json->find("result") : std::nullopt;
  if (!result) {
    ADD_FAILURE() << method << ": " << reply;
    return "null";
  }
  return std::string(result->raw());
}

void Anvil::mine(std::uint64_t blocks) const {
  for (std::uint64_t i = 0; i < blocks; ++i) call("evm_mine");
}

std::uint64_t Anvil::height() const {
  const std::string text = text_of(call("eth_blockNumber"));
  std::uint64_t height = 0;
  std::from_chars(text.data() + 2, text.data() + text.size(), height, 16);
  return height;
}

std::string Anvil::deploy() const {
  std::ifstream file(LM_SYNC_CODE);
  std::string code;
  file >> code;
  const std::string sent = call(
      "eth_sendTransaction", R"([{"from":")" + std::string(kRich) + R"(","gas":"0x200000","data":"0x)" + code + "\"}]");
  mine();
  const std::string receipt = call("eth_getTransactionReceipt", "[" + sent + "]");
  const auto view = message::JsonView::parse(receipt);
  const auto address = view.ok() && view->is_object() ? view->find("contractAddress") : std::nullopt;
  return address && address->is_string() ? address->string() : std::string();
}

void Anvil::transact(std::string_view contract, std::string_view data) const {
  call("eth_sendTransaction", R"([{"from":")" + std::string(kRich) + R"(","to":")" + std::string(contract) +
                                  R"(","gas":"0x200000","data":"0x)" + std::string(data) + "\"}]");
  mine();
}

void Anvil::give_ether(std::string_view address) const {
  call("anvil_setBalance", "[\"" + std::string(address) + "\",\"0x8ac7230489e80000\"]");
}

void Anvil::mint(std::string_view contract, std::string_view address, std::uint64_t units) const {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), units, 16).ptr;
  transact(contract, "40c10f19" + word(address.substr(2)) + word({digits.data(), end}));
}

}  // namespace lastmile::test
