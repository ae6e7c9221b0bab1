#include "core/chain/packer.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/chain/payload.hpp"

namespace lastmile::chain {

Packer::Packer(PackerConfig config, Instant now) : config_(config), next_(now + config.every) {
  LM_CHECK(config_.every > Duration{} && config_.lost_after > Duration{});
}

bool Packer::due(Instant now) const {
  if (flight_ && now < flight_->since + config_.lost_after) return false;
  return now >= next_;
}

std::optional<Packed> Packer::pack(std::span<const std::shared_ptr<const message::Envelope>> unconfirmed, Instant now) {
  if (!due(now)) return std::nullopt;
  if (flight_) {
    ++given_up_;
    flight_.reset();
  }
  next_ = now + config_.every;
  ArchiveWriter writer(config_.archive);
  Packed packed;
  for (const auto& envelope : unconfirmed) {
    // Without a signature nobody could check it; such messages come from the chain anyway.
    if (envelope == nullptr || !envelope->has_signature()) continue;
    if (envelope->is_tombstone() && !config_.archive.tombstones) continue;
    if (!writer.add(*envelope)) break;
    packed.messages.push_back(envelope->item_hash);
  }
  if (packed.messages.empty()) return std::nullopt;
  packed.archive = writer.finish();
  packed.name = archive_name(packed.archive, config_.naming);
  packed.payload = write_payload(packed.name);
  flight_ = Flight{packed.name, now};
  ++archives_;
  return packed;
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
