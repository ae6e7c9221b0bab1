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
  const auto judgement = judge(*text);
  if (!judgement) return fail(kCliUsage, {.file = options.file, .text = judgement.error().text}, options.json);
  nlohmann::ordered_json answer;
  answer["valid"] = judgement->valid();
  answer["item_hash"] = judgement->item_hash ? nlohmann::ordered_json(*judgement->item_hash) : nullptr;
  answer["error_code"] = judgement->refusal ? nlohmann::ordered_json(number(*judgement->refusal)) : nullptr;
  if (!judgement->valid()) answer["reason"] = judgement->reason;
  print_line(answer.dump());
  return judgement->valid() ? kCliOk : kCliFailed;
}

}  // namespace lastmile::tools
