#include "core/chain/packer.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/chain/payload.hpp"

namespace lastmile::chain {

Packer::Packer(PackerConfig config, Instant first) : config_(config), next_(first) {
  LM_CHECK(config_.every > Duration{} && config_.lost_after > Duration{});
}

bool Packer::due(Instant now) const {
  if (writing_ || (flight_ && now < flight_->since + config_.lost_after)) return false;
  return now >= next_;
}

std::optional<ArchiveOrder> Packer::begin(std::span<const std::shared_ptr<const message::Envelope>> unconfirmed,
                                          Instant now) {
  if (!due(now)) return std::nullopt;
  if (flight_) {
    ++given_up_;
    flight_.reset();
  }
  next_ = now + config_.every;
  ArchiveOrder order{{}, config_.archive, config_.naming};
  for (const auto& envelope : unconfirmed) {
    // Without a signature nobody could check it; such messages come from the chain anyway.
    if (envelope == nullptr || !envelope->has_signature()) continue;
    if (envelope->is_tombstone() && !config_.archive.tombstones) continue;
    order.messages.push_back(envelope);
  }
  if (order.messages.empty()) return std::nullopt;
  writing_ = true;
  return order;
}

std::string Packer::written(const WrittenArchive& archive, Instant now) {
  LM_CHECK(writing_);
  writing_ = false;
  flight_ = Flight{archive.name, now};
  ++archives_;
  return write_payload(archive.name);
}

void Packer::submit_failed(const message::ItemHash& archive, Instant now) {
  if (!flight_ || flight_->archive != archive) return;
  flight_.reset();
  next_ = std::max(next_, now + config_.every);
}

void Packer::landed(const message::ItemHash& archive, Instant) {
  if (flight_ && flight_->archive == archive) flight_.reset();
}

}  // namespace lastmile::chain
