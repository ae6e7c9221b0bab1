// The traffic of the benchmarks: signed ETH POSTs of about 600 bytes by fifty wallets, as they arrive, and the road of
// a message through one node's pipeline.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/base/check.hpp"
#include "core/crypto/account.hpp"
#include "core/crypto/hash.hpp"
#include "core/message/content.hpp"
#include "core/message/envelope.hpp"
#include "core/store/store.hpp"

namespace lastmile::bench {

inline constexpr std::int64_t kFirstSecond = 1'767'225'600;
inline constexpr std::uint64_t kWallets = 50;
inline constexpr Wall kNow{(kFirstSecond + 86400) * 1'000'000'000};  // after every message

inline std::vector<std::string> make_messages(std::size_t count) {
  std::vector<crypto::Account> wallets;
  wallets.reserve(kWallets);
  for (std::uint64_t i = 0; i < kWallets; ++i) wallets.push_back(crypto::Account::derive(crypto::Chain::ETH, 1, i));
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    const crypto::Account& wallet = wallets[i % wallets.size()];
    const std::int64_t second = kFirstSecond + static_cast<std::int64_t>(i);
    message::Envelope envelope;
    envelope.sender = wallet.address();
    envelope.item_content = R"({"address":")" + wallet.address() + R"(","time":)" + std::to_string(second) +
                            R"(,"type":"note","content":{"body":")" +
                            std::string(300, static_cast<char>('a' + i % 26)) + R"("},"ref":"channel-)" +
                            std::to_string(i % 10) + R"("})";
    envelope.item_hash = message::ItemHash::of(crypto::sha256(*envelope.item_content));
    envelope.time_number = static_cast<double>(second);
    envelope.channel = "bench";
    envelope.signature = wallet.sign("POST", envelope.item_hash.view());
    texts.push_back(message::serialize_envelope(envelope));
  }
  return texts;
}

// Text to stored message, without the signature. A message that is not processed is a mistake of the benchmark.
inline void process(store::Store& store, const std::shared_ptr<const message::Envelope>& envelope, Wall now) {
  auto content = std::make_shared<const message::Content>(std::move(*message::parse_inline_content(*envelope)));
  const auto outcome = store.accept({envelope, std::move(content), nullptr}, now);
  LM_CHECK(outcome.ok() && outcome->status == message::Status::processed);
}

}  // namespace lastmile::bench
