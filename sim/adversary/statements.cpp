#include "sim/adversary/statements.hpp"

#include <utility>

#include "scenarios/engine/traffic/account_ranges.hpp"
#include "scenarios/engine/traffic/writer.hpp"

namespace lastmile::sim {

const crypto::Account& OwnAccounts::account(std::uint64_t number) {
  const auto wanted = static_cast<std::size_t>(number % kCount);
  while (accounts_.size() <= wanted) {
    const std::uint64_t index = scenario::kAdversaryAccounts + std::uint64_t{node_} * kCount + accounts_.size();
    accounts_.push_back(crypto::Account::derive(crypto::Chain::ETH, seed_, index));
  }
  return accounts_[wanted];
}

message::Envelope write_message(const crypto::Account& signer, message::Type type, std::string content, Wall time) {
  return write_message(signer, signer, type, std::move(content), time);
}

message::Envelope write_message(const crypto::Account& signer, const crypto::Account& sender, message::Type type,
                                std::string content, Wall time) {
  message::Envelope envelope = scenario::envelope_head(sender, type, content, time);
  envelope.item_type = message::ItemType::inlined;
  envelope.item_content = std::move(content);
  envelope.signature = signer.sign(message::type_text(type), envelope.item_hash.text(), envelope.time_number);
  return envelope;
}

std::string content_of(std::string_view owner, Wall time, std::string_view rest) {
  return scenario::content_head(owner, time) + "," + std::string(rest) + "}";
}

std::string note_of(std::string_view owner, Wall time, std::uint64_t number) {
  return content_of(owner, time, "\"type\":\"note\",\"content\":{\"number\":" + std::to_string(number) + "}");
}

std::string machine_of(std::string_view owner, Wall time, std::uint64_t number, const message::ItemHash& store) {
  return content_of(
      owner, time,
      "\"allow_amend\":false,\"environment\":{\"internet\":true},\"metadata\":{\"name\":\"" + std::to_string(number) +
          "\"},\"resources\":{\"vcpus\":1,\"memory\":2048,\"seconds\":30},\"rootfs\":{\"parent\":{\"ref\":\"" +
          store.text() + "\",\"use_latest\":false},\"persistence\":\"host\",\"size_mib\":20480}");
}

}  // namespace lastmile::sim
