#include "core/store/digest.hpp"

#include "core/crypto/hash.hpp"
#include "core/store/codec.hpp"

namespace lastmile::store::digest {
namespace {

Encoder entry(std::string_view kind) {
  Encoder out;
  out.text(kind);
  return out;
}

}  // namespace

std::string message_entry(const message::ItemHash& hash, message::Status status) {
  return entry("message").hash(hash).text(message::status_text(status)).take();
}

std::string post_entry(const message::ItemHash& original, const message::ItemHash& current) {
  return entry("post").hash(original).hash(current).take();
}

std::string aggregate_entry(const AggregateHead& head) {
  return entry("aggregate")
      .text(head.owner)
      .text(head.key)
      .time(head.created)
      .time(head.last_time)
      .hash(head.last)
      .take();
}

std::string member_entry(std::string_view owner, std::string_view key, const AggregateMember& member) {
  return entry("member").text(owner).text(key).text(member.name).digest(crypto::sha256(member.value)).take();
}

std::string pin_entry(const message::ItemHash& file, const message::ItemHash& message, char kind,
                      std::string_view owner) {
  return entry("pin").hash(file).hash(message).byte(static_cast<std::uint8_t>(kind)).text(owner).take();
}

std::string tag_entry(const FileTag& tag) {
  return entry("tag").text(tag.tag).text(tag.owner).hash(tag.file).time(tag.time).take();
}

std::string machine_entry(const message::ItemHash& original, const message::ItemHash& current) {
  return entry("machine").hash(original).hash(current).take();
}

std::string cost_entry(const message::ItemHash& hash, const economy::Cost& cost) {
  return entry("cost").hash(hash).text(write_cost(cost)).take();
}

std::string balance_entry(const economy::BalanceRow& row) {
  return entry("balance").text(row.address).text(row.chain).text(row.dapp).text(row.balance.tokens_text()).take();
}

std::string lot_entry(std::string_view address, const economy::CreditLot& lot) {
  Encoder out = entry("lot");
  out.text(address).hash(lot.message).number(lot.index).text(lot.remaining.text()).byte(lot.expiration ? 1 : 0);
  if (lot.expiration) out.time(*lot.expiration);
  return out.take();
}

std::string credit_entry(std::string_view address, const economy::Credits& balance) {
  return entry("credits").text(address).text(balance.text()).take();
}

Sum256 account_sum(std::string_view address, const economy::BalanceBook& balances, const economy::CreditBook& credits) {
  Sum256 sum;
  for (const economy::BalanceRow& row : balances.rows(address)) sum += sum_of(balance_entry(row));
  for (const economy::CreditLot& lot : credits.lots(address)) {
    if (lot.remaining != 0) sum += sum_of(lot_entry(address, lot));
  }
  return sum;
}

Sum256 sum_of(std::string_view entry_bytes) { return Sum256::of(crypto::sha256(entry_bytes)); }

}  // namespace lastmile::store::digest
