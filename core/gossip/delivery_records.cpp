#include "core/gossip/delivery_records.hpp"

#include "core/base/check.hpp"

namespace lastmile::gossip {
namespace {

constexpr std::size_t kUsualDeliverers = 8;
constexpr std::size_t kSparesMax = 32;

}  // namespace

bool DeliveryRecord::add_deliverer(env::PeerId peer, std::uint8_t copy) {
  for (const Deliverer& known : deliverers) {
    if (known.peer == peer) return false;
  }
  if (deliverers.size() >= kDeliverersMax) return false;
  deliverers.push_back({peer, copy});
  return true;
}

DeliveryRecord* DeliveryRecords::find(MessageKey key) {
  const std::uint32_t at = index_.find(key.value);
  return at == KeyIndex::kAbsent ? nullptr : records_[at].get();
}

DeliveryRecord& DeliveryRecords::add(MessageKey key, TopicId topic) {
  LM_CHECK(index_.find(key.value) == KeyIndex::kAbsent);
  if (records_.size() >= kDeliveryRecordsMax) {
    for (std::size_t i = records_.size(); i > 0; --i) {
      if (!records_[i - 1]->pending()) remove(*records_[i - 1]);
    }
  }
  LM_CHECK(records_.size() < kDeliveryRecordsMax);  // the caller keeps pending ones below kPendingChecksMax
  index_.set(key.value, static_cast<std::uint32_t>(records_.size()));
  if (spare_.empty()) {
    records_.push_back(std::make_unique<DeliveryRecord>());
    records_.back()->deliverers.reserve(kUsualDeliverers);
  } else {
    records_.push_back(std::move(spare_.back()));
    spare_.pop_back();
  }
  DeliveryRecord& record = *records_.back();
  record.key = key;
  record.topic = topic;
  ++pending_;
  return record;
}

void DeliveryRecords::settle(DeliveryRecord& record, DeliveryRecord::State state, Instant until) {
  LM_CHECK(record.pending());
  record.state = state;
  record.until = until;
  record.copies.clear();
  LM_CHECK(!record.pending());
  --pending_;
}

void DeliveryRecords::remove(DeliveryRecord& record) {
  const std::uint32_t at = index_.find(record.key.value);
  LM_CHECK(at != KeyIndex::kAbsent && records_[at].get() == &record);
  if (record.pending()) --pending_;
  index_.erase(record.key.value);
  std::unique_ptr<DeliveryRecord> gone = std::move(records_[at]);
  if (at + 1 != records_.size()) {  // the last one takes the place
    records_[at] = std::move(records_.back());
    index_.set(records_[at]->key.value, at);
  }
  records_.pop_back();
  if (spare_.size() >= kSparesMax) return;
  gone->copies.clear();
  gone->deliverers.clear();
  gone->state = DeliveryRecord::State::verifying;
  gone->current = 0;
  spare_.push_back(std::move(gone));
}

void DeliveryRecords::expire(Instant now) {
  for (std::size_t i = records_.size(); i > 0; --i) {
    DeliveryRecord& record = *records_[i - 1];
    if (!record.pending() && record.until <= now) remove(record);
  }
}

void DeliveryRecords::forget(env::PeerId peer) {
  for (const auto& record : records_) {
    std::erase_if(record->deliverers, [peer](const auto& deliverer) { return deliverer.peer == peer; });
    for (DeliveryRecord::Copy& copy : record->copies) {
      if (copy.from == peer) copy.from = kNobody;
    }
  }
}

std::size_t DeliveryRecords::memory_bytes() const {
  std::size_t sum = (records_.capacity() + spare_.capacity()) * sizeof(records_[0]) + index_.memory_bytes();
  for (const auto* list : {&records_, &spare_}) {
    for (const auto& record : *list) {
      sum += sizeof *record + record->copies.capacity() * sizeof(DeliveryRecord::Copy) +
             record->deliverers.capacity() * sizeof(DeliveryRecord::Deliverer);
    }
  }
  return sum;
}

}  // namespace lastmile::gossip
