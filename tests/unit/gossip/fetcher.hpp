// What the tests of the content protocol share: names of contents, and a fetcher whose peers are a test.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/crypto/hash.hpp"
#include "core/gossip/content_check.hpp"
#include "core/gossip/content_fetcher.hpp"

namespace lastmile::gossip::test {

inline env::Value value(std::string text) { return std::make_shared<const std::string>(std::move(text)); }
inline ContentName name_of(std::string_view content) {
  return {ContentKind::bytes, message::ItemHash::of(crypto::sha256(content))};
}
inline ContentName envelope_of(std::string_view content) {
  return {ContentKind::envelope, message::ItemHash::of(crypto::sha256(content))};
}

class FetcherTest : public ::testing::Test {
 protected:
  ContentFetcher& fetcher() {
    if (!fetcher_) fetcher_.emplace(params, random);
    return *fetcher_;
  }
  void connect(std::uint32_t n) { fetcher().on_connected(env::PeerId{n}); }
  bool want(std::string_view content, std::vector<std::uint32_t> hints = {}) {
    std::vector<env::PeerId> peers;
    for (const std::uint32_t h : hints) peers.push_back(env::PeerId{h});
    return fetcher().want(name_of(content), Room::contents, peers, now);
  }
  bool want_again(std::string_view content) { return fetcher().want(name_of(content), Room::files_again, {}, now); }
  RoomParams& room(Room which) { return params.rooms[static_cast<std::size_t>(which)]; }
  // Asks everybody until nothing is left to ask now; nobody has anything.
  void ask_in_vain() {
    for (auto orders = plan(); !orders.empty(); orders = plan()) {
      for (const FetchOrder& order : orders) answer(order.id, absent(order));
    }
  }
  std::vector<ContentName> given_up() {
    std::vector<ContentName> names;
    for (const GivenUp& one : fetcher().take_given_up()) names.push_back(one.name);
    return names;
  }
  std::vector<FetchOrder> plan() { return fetcher().plan(now); }
  static ContentAnswer absent(const FetchOrder& order) {
    ContentAnswer answer;
    for (const ContentName& name : order.request.wanted)
      answer.items.push_back({name, Availability::absent, 0, nullptr});
    return answer;
  }
  static ContentAnswer with(std::string_view content, std::string_view bytes) {
    ContentAnswer answer;
    answer.items.push_back({name_of(content), Availability::inside, bytes.size(), value(std::string(bytes))});
    return answer;
  }
  static ContentAnswer large(std::string_view content, std::uint64_t size) {
    ContentAnswer answer;
    answer.items.push_back({name_of(content), Availability::large, size, nullptr});
    return answer;
  }
  // Every check is answered at once.
  std::vector<Arrival> checked(Received received) {
    std::vector<Arrival> arrivals = std::move(received.arrivals);
    for (const ContentCheck& check : received.checks) {
      const bool matches = content_matches({ContentKind::bytes, check.name}, as_bytes(*check.bytes));
      if (auto arrival = fetcher().on_checked(check.id, matches, now)) arrivals.push_back(std::move(*arrival));
    }
    return arrivals;
  }
  std::vector<Arrival> answer(OrderId order, const ContentAnswer& answer) {
    return checked(fetcher().on_answer(order, answer, now));
  }
  std::vector<Arrival> range(OrderId order, ByteView bytes) { return checked(fetcher().on_range(order, bytes, now)); }
  const FetchPeerCounts& counts(std::uint32_t n) { return fetcher().counts(env::PeerId{n}); }

  FetchParams params;
  Generator random{3};
  Instant now{seconds(100).ns};

 private:
  std::optional<ContentFetcher> fetcher_;
};

}  // namespace lastmile::gossip::test
