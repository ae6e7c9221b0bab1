#include "core/sync/head_check.hpp"

#include <memory>

#include "core/base/check.hpp"
#include "core/base/siphash.hpp"
#include "core/message/verification.hpp"

namespace lastmile::sync {
namespace {

struct HeadOutput final : env::JobOutput {
  explicit HeadOutput(bool a) : authentic(a) {}
  bool authentic;
};

env::JobKey check_key(const Head& head) {
  static constexpr SipKey kHigh{0x6865616420636865, 0x636b206869676820};
  static constexpr SipKey kLow{0x6865616420636865, 0x636b206c6f772020};
  const std::string text = serialize_head(head);
  return {siphash_2_4(kHigh, as_bytes(text)), siphash_2_4(kLow, as_bytes(text))};
}

}  // namespace

env::Job head_check_job(const Head& head) {
  env::Job job;
  job.key = check_key(head);
  job.cost = message::verification_cost(head.chain, head.node, head.signature.size());
  job.run = [head]() -> env::JobResult { return std::make_shared<const HeadOutput>(head_is_authentic(head)); };
  return job;
}

bool head_checked(const env::JobResult& result) {
  const auto* output = dynamic_cast<const HeadOutput*>(result.get());
  LM_CHECK(output != nullptr);
  return output->authentic;
}

}  // namespace lastmile::sync
