#include "core/economy/reward/posts.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/economy/exact_json.hpp"
#include "core/message/json_view.hpp"

namespace lastmile::economy {
namespace {

using message::JsonKind;
using message::JsonView;

struct ActionWord {
  std::string_view word;
  NodeAction action;
};
constexpr std::array<ActionWord, 8> kActions = {{
    {"create-node", NodeAction::create_node},
    {"create-resource-node", NodeAction::create_resource_node},
    {"stake", NodeAction::stake},
    {"stake-split", NodeAction::stake_split},
    {"unstake", NodeAction::unstake},
    {"link", NodeAction::link},
    {"unlink", NodeAction::unlink},
    {"drop-node", NodeAction::drop_node},
}};

std::optional<std::string> text_member(JsonView object, std::string_view key) {
  const auto found = member(object, key);
  if (!found || !found->is_string()) return std::nullopt;
  return found->string();
}

bool names_mainnet(JsonView content) {
  const auto tags = member(content, "tags");
  bool named = false;
  if (tags && tags->is_array()) {
    tags->each([&](JsonView tag) {
      named = named || (tag.is_string() && tag.string() == "mainnet");
      return !named;
    });
  }
  return named;
}

// As the reference takes a value for a switch: empty, zero and nothing are no.
bool truth(JsonView value) {
  switch (value.kind()) {
    case JsonKind::null:
      return false;
    case JsonKind::boolean:
      return value.boolean();
    case JsonKind::number:
      return value.raw().find_first_of("123456789") < value.raw().find_first_of("eE");
    case JsonKind::string:
      return !value.string().empty();
    case JsonKind::array:
    case JsonKind::object:
      return value.raw().find_first_not_of("[]{} \t\r\n") != std::string_view::npos;
  }
  return false;
}

Result<NodeDetails> read_details(JsonView content) {
  NodeDetails details;
  const auto object = member(content, "details");
  if (!object) return details;
  if (!object->is_object()) return Error{"content.details: expected an object"};
  object->each_member([&](std::string_view key, JsonView value) {
    if (is_detail_text(key) && value.is_string()) details.texts[std::string(key)] = value.string();
    return true;
  });
  details.type = text_member(*object, "type");
  details.reward = text_member(*object, "reward");
  details.manager = text_member(*object, "manager");
  if (const auto locked = object->find("locked")) details.locked = truth(*locked);
  if (const auto authorized = member(*object, "authorized"); authorized && authorized->is_array()) {
    details.authorized.emplace();
    const bool fits = authorized->each([&](JsonView address) {
      if (address.is_string()) details.authorized->push_back(address.string());
      return details.authorized->size() <= kMaxAuthorized;
    });
    if (!fits) return Error{"content.details.authorized: expected at most " + std::to_string(kMaxAuthorized)};
  }
  return details;
}

Share share_member(JsonView object, std::string_view key) {
  const auto found = member(object, key);
  if (!found || found->kind() != JsonKind::number) return Share();
  return Share::clamped(found->raw());
}

Result<std::vector<ScoreEntry>> read_scores(JsonView scores, std::string_view kind) {
  std::vector<ScoreEntry> entries;
  const auto list = member(scores, kind);
  if (!list) return entries;
  const std::string where = "content.scores." + std::string(kind);
  if (!list->is_array()) return Error{where + ": expected a list"};
  std::optional<Error> error;
  list->each([&](JsonView item) {
    const std::string place = where + "[" + std::to_string(entries.size()) + "]";
    const auto node = item.is_object() ? text_member(item, "node_id") : std::nullopt;
    const auto total = item.is_object() ? member(item, "total_score") : std::nullopt;
    if (!node || node->empty()) {
      error = Error{place + ".node_id: expected a text"};
    } else if (!total || total->kind() != JsonKind::number) {
      error = Error{place + ".total_score: expected a number"};
    } else if (entries.size() >= kMaxScoreEntries) {
      error = Error{where + ": expected at most " + std::to_string(kMaxScoreEntries) + " entries"};
    } else {
      entries.push_back({*node, Share::clamped(total->raw()), share_member(item, "performance"),
                         share_member(item, "decentralization")});
    }
    return !error;
  });
  if (error) return *error;
  return entries;
}

Result<JsonView> read_content(const PostView& post) {
  auto content = JsonView::parse(post.content);
  if (!content) return content.error();
  if (!content->is_object()) return Error{"content: expected an object"};
  return *content;
}

}  // namespace

std::string_view node_action_name(NodeAction action) {
  const auto* const found =
      std::find_if(kActions.begin(), kActions.end(), [&](const ActionWord& word) { return word.action == action; });
  return found == kActions.end() ? std::string_view("amend") : found->word;
}

Result<NodeOperation> parse_node_operation(const PostView& post) {
  const bool amend = post.type == "amend";
  if (!amend && post.type != kOperationPost) return Error{"type: expected \"corechan-operation\" or \"amend\""};
  const auto content = read_content(post);
  if (!content) return content.error();
  if (!names_mainnet(*content)) return Error{"content.tags: expected \"mainnet\" among them"};
  const auto word = text_member(*content, "action");
  if (!word) return Error{"content.action: expected a text"};
  NodeOperation operation{post.time,         std::string(post.hash), std::string(post.address),
                          NodeAction::amend, std::string(post.ref),  {}};
  if (!amend) {
    const auto* const found =
        std::find_if(kActions.begin(), kActions.end(), [&](const ActionWord& each) { return each.word == *word; });
    if (found == kActions.end()) return Error{"content.action: \"" + *word + "\" is no action of a node"};
    operation.action = found->action;
  }
  const bool creates =
      operation.action == NodeAction::create_node || operation.action == NodeAction::create_resource_node;
  if (creates) operation.ref.clear();
  if (!creates && operation.ref.empty()) return Error{"ref: expected the id of a node"};
  auto details = read_details(*content);
  if (!details) return details.error();
  operation.details = *std::move(details);
  return operation;
}

Result<ScorePost> parse_score_post(const PostView& post) {
  if (post.type != kScorePost) return Error{"type: expected \"aleph-scoring-scores\""};
  const auto content = read_content(post);
  if (!content) return content.error();
  const auto scores = member(*content, "scores");
  if (!scores || !scores->is_object()) return Error{"content.scores: expected an object"};
  auto core = read_scores(*scores, "ccn");
  if (!core) return core.error();
  auto resource = read_scores(*scores, "crn");
  if (!resource) return resource.error();
  return ScorePost{post.time, std::string(post.hash), *std::move(core), *std::move(resource)};
}

}  // namespace lastmile::economy
