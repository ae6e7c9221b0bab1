#include "tools/cli/message_commands.hpp"

#include <nlohmann/json.hpp>

#include "core/message/limits.hpp"
#include "tools/cli/console.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/input.hpp"
#include "tools/cli/judgement.hpp"

namespace lastmile::tools {
namespace {

// An envelope inside an answer of the API, which repeats the content.
constexpr std::size_t kMessageFileBytesMax = 3 * message::kEnvelopeTextBytesMax;

}  // namespace

int command_message_verify(const VerifyOptions& options) {
  const auto text = read_input_text(options.file, kMessageFileBytesMax);
  if (!text) return fail(kCliUsage, {.place = options.file, .text = text.error().text}, options.json);
  const auto judged = judge(*text);
  if (!judged) return fail(kCliUsage, {.file = options.file, .text = judged.error().text}, options.json);
  const Judgement& judgement = *judged;
  nlohmann::ordered_json answer{{"valid", judgement.valid()}, {"item_hash", nullptr}, {"error_code", nullptr}};
  if (judgement.item_hash) answer["item_hash"] = *judgement.item_hash;
  if (judgement.refusal) answer["error_code"] = number(*judgement.refusal);
  if (!judgement.valid()) answer["reason"] = judgement.reason;
  print_line(answer.dump());
  return judgement.valid() ? kCliOk : kCliFailed;
}

}  // namespace lastmile::tools
