#include "core/chain/payload.hpp"

#include "core/chain/limits.hpp"
#include "core/message/json_tools.hpp"
#include "core/message/json_view.hpp"

namespace lastmile::chain {

Result<SyncPayload> parse_payload(std::string_view text) {
  if (text.size() > kPayloadBytesMax) return Error{"payload: longer than any transaction"};
  const auto view = message::JsonView::parse(text);
  if (!view) return Error{"payload: " + view.error().text};
  if (!view->is_object()) return Error{"payload: an object expected"};
  const auto protocol = view->find("protocol");
  const auto version = view->find("version");
  const auto content = view->find("content");
  if (!protocol || !protocol->is_string()) return Error{"payload.protocol: a text is required"};
  if (!version || version->kind() != message::JsonKind::number || version->integer() != 1) {
    return Error{"payload.version: 1 expected"};
  }
  if (!content) return Error{"payload.content: required"};
  const std::string name = protocol->string();
  if (name == "aleph") return SyncPayload(MessagesOnChain{std::string(text)});
  if (name != "aleph-offchain") return Error{"payload.protocol: aleph or aleph-offchain expected"};
  const auto archive = content->is_string() ? message::ItemHash::parse(content->string()) : std::nullopt;
  if (!archive) return Error{"payload.content: the hash of an archive expected"};
  return SyncPayload(ArchiveReference{*archive});
}

std::string write_payload(const message::ItemHash& archive) {
  std::string out = R"({"protocol":"aleph-offchain","version":1,"content":)";
  message::append_json_string(out, archive.view());
  out.push_back('}');
  return out;
}

}  // namespace lastmile::chain
