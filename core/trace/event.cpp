#include "core/trace/event.hpp"

#include "core/base/check.hpp"

namespace lastmile::trace {
namespace {

constexpr std::array<KindInfo, kKindCount> kKinds{{
    {"node_started", "", {"incarnation", "", ""}},
    {"node_crashed", "", {"incarnation", "", ""}},
    {"message_published", "item_hash", {"size_bytes", "", ""}},
    {"message_acknowledged", "item_hash", {"", "", ""}},
    {"message_received", "item_hash", {"is_new", "", ""}},
    {"message_processed", "item_hash", {"", "", ""}},
    {"status_changed", "item_hash", {"old_status", "new_status", "error_code"}},
    {"message_confirmed", "item_hash", {"chain_code", "height_blocks", "is_final"}},
    {"queue_depth", "", {"queue", "depth", "limit"}},
    {"queue_refused", "", {"queue", "reason", ""}},
    {"reconciled", "", {"peer", "rounds", "bytes"}},
    {"anchored", "", {"chain", "messages", ""}},
    {"block_applied", "", {"chain", "height_blocks", ""}},
    {"block_final", "", {"chain", "height_blocks", ""}},
    {"chain_reorg", "", {"chain", "height_kept_blocks", "blocks_taken_back"}},
    {"content_fetched", "name", {"size_bytes", "matched", ""}},
    {"permission_disagreed", "item_hash", {"", "", ""}},
    {"node_failed", "", {"", "", ""}},
    {"rare_state", "", {"rare_state", "", ""}},
}};

class NullSink final : public Sink {
 public:
  void record(const Event&) override {}
};

}  // namespace

const KindInfo& kind_info(Kind kind) {
  const auto index = static_cast<std::size_t>(kind);
  LM_CHECK(index < kKindCount);
  return kKinds[index];
}

std::string_view queue_name(Queue queue) {
  static constexpr std::array<std::string_view, kQueueCount> names{
      "inbox", "verify", "fetch", "waiting", "outbound", "reconcile", "chain_archives", "hashing", "heads"};
  const auto index = static_cast<std::size_t>(queue);
  LM_CHECK(index < kQueueCount);
  return names[index];
}

Sink& null_sink() {
  static NullSink sink;
  return sink;
}

}  // namespace lastmile::trace
