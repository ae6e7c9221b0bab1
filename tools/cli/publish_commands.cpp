#include "tools/cli/publish_commands.hpp"

#include "core/message/json_view.hpp"
#include "core/message/limits.hpp"
#include "tools/cli/console.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/input.hpp"

namespace lastmile::tools {
namespace {

// The JSON that a user wants to publish, checked and without space around, otherwise as written.
Result<std::string> content_of(const PublishOptions& options) {
  std::string text = options.content;
  std::string name = "--content";
  if (options.content.empty()) {
    if (options.file.empty()) return Error{"expected a file with the content, - for standard input, or --content JSON"};
    auto read = read_input_text(options.file, message::kContentBytesMax);
    if (!read) return read.error();
    text = *std::move(read);
    name = options.file;
  } else if (!options.file.empty()) {
    return Error{"expected a file or --content, found both"};
  }
  const auto view = message::JsonView::parse(text);
  if (!view) return Error{name + ": expected JSON: " + view.error().text};
  return std::string(view->raw());
}

// `members` makes them of the content.
template <class Members>
int publish_content(const PublishOptions& options, message::Type type, const Members& members) {
  int status = kCliUsage;
  auto session = Session::open(options.signing.common, status);
  if (!session) return status;
  const auto content = content_of(options);
  if (!content) return session->refuse(content.error().text, kCliUsage);
  return publish(*session, options.signing, type, members(*content));
}

}  // namespace

int command_post(const PublishOptions& options) {
  return publish_content(options, message::Type::POST,
                         [&](const std::string& content) { return post_members(options.type, content, options.ref); });
}

int command_amend(const PublishOptions& options) {
  return publish_content(options, message::Type::POST,
                         [&](const std::string& content) { return post_members("amend", content, options.ref); });
}

int command_aggregate(const PublishOptions& options) {
  return publish_content(options, message::Type::AGGREGATE,
                         [&](const std::string& content) { return aggregate_members(options.key, content); });
}

int command_forget(const PublishOptions& options) {
  int status = kCliUsage;
  auto session = Session::open(options.signing.common, status);
  if (!session) return status;
  return publish(*session, options.signing, message::Type::FORGET, forget_members(options.hashes, options.reason));
}

}  // namespace lastmile::tools
