// Lines of the admin socket: refused with a reason or read, never both, and what is read can be written again.
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/base/check.hpp"
#include "real/ops/admin_request.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile::real;
  constexpr std::size_t kDepth = 32;
  nlohmann::json id, again_id;
  const auto request = parse_admin_request({reinterpret_cast<const char*>(data), size}, kDepth, id);
  LM_CHECK(request.ok() || !request.error().text.empty());
  if (request.ok()) {
    const auto again = parse_admin_request(request->dump(), kDepth, again_id);
    LM_CHECK(again.ok() && *again == *request && again_id == id);
  }
  return 0;
}
