// What the wallets of one traffic entry write, in order: remembers what they published, so that amends and FORGETs name
// messages of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "scenarios/engine/traffic/delegations.hpp"
#include "scenarios/engine/traffic/wallets.hpp"
#include "scenarios/engine/traffic/writer.hpp"

namespace lastmile::scenario {

class Author {
 public:
  // `economy`: null when nobody has to pay.
  Author(const TrafficSpec& spec, std::uint64_t seed, std::uint64_t first_account, const Economy* economy);

  // Fills what is empty in a publication that has number, time, node and entry.
  void write(Publication& publication);
  // Nothing later builds on it, nor on what was built on it.
  void lost(std::uint64_t number);

  Wallets& wallets() { return wallets_; }

 private:
  struct Own {
    std::uint64_t number;
    Instant time;
    message::ItemHash hash;
    message::Type type;
    std::uint32_t wallet;
    std::uint64_t file_size = 0;  // STORE
    message::ItemHash file{};     // STORE
    bool amend = false;
    bool used = false;                  // a program refers to it: may not be forgotten (messages.md 5.5, 503)
    bool uncertain = false;             // may be refused, rightly: nothing builds on it
    bool gone = false;                  // forgotten or lost
    std::vector<std::size_t> amends{};  // positions of what amends it
  };

  message::Type draw_type();
  // Position of an own message that is old enough and fits; empty when some draws found none.
  template <class Fits>
  std::optional<std::size_t> choose(Instant now, const Fits& fits);
  std::string padded(std::string content, std::string_view tail, std::size_t wanted);

  std::optional<Delegations::Pair> draw_delegation(const Publication& p, message::Type type);
  bool may(const Delegations::Pair& pair, const Own& own, const std::string& content);
  void charge(Publication& p, Own& own, const std::string& content);
  std::string post(Publication& p, Own& own, std::string_view address, Wall time);
  std::string aggregate(std::string_view address, Wall time);
  std::string store(Publication& p, Own& own, std::string_view address, Wall time);
  std::optional<std::string> program(Publication& p, std::string_view address, Wall time);
  std::optional<std::string> instance(Publication& p, std::string_view address, Wall time);
  std::string forget(Publication& p, std::size_t target, std::string_view address, Wall time);

  const TrafficSpec& spec_;
  Generator draws_;
  Generator texts_;
  Wallets wallets_;
  std::optional<Delegations> delegations_;
  std::optional<EconomyRules> rules_;
  std::unordered_map<message::ItemHash, std::uint64_t> file_sizes_;  // by STORE message, with an economy
  std::vector<Own> own_;                                             // by time
};

}  // namespace lastmile::scenario
