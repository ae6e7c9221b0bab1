#include "core/gossip/content_check.hpp"

#include "core/base/check.hpp"
#include "core/base/siphash.hpp"
#include "core/gossip/content.hpp"

namespace lastmile::gossip {
namespace {

struct CheckOutput final : env::JobOutput {
  explicit CheckOutput(bool m) : matches(m) {}
  bool matches;
};

// Two keyed 64-bit digests; their keys only have to differ. The long one is the cheaper function: a world that shares
// results asks for it once for each node.
env::JobKey check_key(const message::ItemHash& name, std::string_view bytes) {
  static constexpr SipKey kName{0x636f6e74656e7463, 0x6865636b206e616d};
  static constexpr SipKey kBytes{0x636f6e74656e7463, 0x6865636b20627974};
  return {siphash_2_4(kName, as_bytes(name.view())), siphash_1_3(kBytes, as_bytes(bytes))};
}

}  // namespace

Duration content_check_cost(std::size_t bytes) {
  // docs/decisions/0113: with or without the tree of a CID.
  constexpr std::int64_t kNsPerThousandBytes = 650;
  return microseconds(1) + nanoseconds(static_cast<std::int64_t>(bytes) * kNsPerThousandBytes / 1000);
}

env::Job content_check_job(const message::ItemHash& name, const env::Value& bytes) {
  LM_CHECK(bytes != nullptr);
  env::Job job;
  job.cost = content_check_cost(bytes->size());
  job.make_key = [name, bytes] { return check_key(name, *bytes); };
  job.run = [name, bytes]() -> env::JobResult {
    return std::make_shared<const CheckOutput>(content_matches({ContentKind::bytes, name}, as_bytes(*bytes)));
  };
  return job;
}

bool content_checked(const env::JobResult& result) {
  const auto* output = dynamic_cast<const CheckOutput*>(result.get());
  LM_CHECK(output != nullptr);
  return output->matches;
}

}  // namespace lastmile::gossip
