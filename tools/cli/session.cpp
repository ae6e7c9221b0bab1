#include "tools/cli/session.hpp"

#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "tools/cli/account_store.hpp"
#include "tools/cli/console.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/console/progress.hpp"

namespace lastmile::tools {
namespace {

constexpr std::uint64_t kShownFromBytes = 1024 * 1024;  // shorter transfers are over before anybody reads

double now_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()) / 1000.0;
}

std::optional<double> seconds_of(const std::string& text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return seconds;
}

}  // namespace

Session::Session(CliSettings settings, CommonOptions options)
    : settings_(std::move(settings)),
      options_(std::move(options)),
      http_(make_http_client("lastmile/" LASTMILE_VERSION)),
      api_(std::make_unique<Api>(*http_, settings_.api,
                                 [](int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); })) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

std::optional<Session> Session::open(const CommonOptions& options, int& status) {
  auto settings = load_cli_settings(options);
  if (!settings) {
    status = tools::fail(kCliUsage, {.text = settings.error().text}, options.json);
    return std::nullopt;
  }
  return Session(*std::move(settings), options);
}

int Session::fail(const ApiFailure& failure) const {
  return tools::fail(failure.status, {.text = failure.text, .hint = failure.hint}, options_.json);
}

int Session::refuse(const std::string& text, int status) const {
  return tools::fail(status, {.text = text}, options_.json);
}

std::optional<Author> Session::author(const SigningOptions& signing, int& status) const {
  double time = now_seconds();
  if (!signing.time.empty()) {
    const auto given = seconds_of(signing.time);
    if (!given || !message::wall_of_seconds(*given)) {
      status = refuse("--time: expected seconds since 1970, found \"" + signing.time + "\"", kCliUsage);
      return std::nullopt;
    }
    time = *given;
  }
  auto account = open_account(settings_);
  if (!account) {
    status = refuse(account.error().text, kCliUsage);
    return std::nullopt;
  }
  return Author{*std::move(account), signing.owner, settings_.channel, time};
}

std::function<void(std::uint64_t, std::uint64_t)> Session::progress(const std::string& what) const {
  if (options_.quiet || options_.json || isatty(STDERR_FILENO) == 0) return {};
  return [bar = std::make_shared<Progress>(false), what](std::uint64_t done, std::uint64_t total) {
    if (total < kShownFromBytes) return;
    constexpr double kMega = 1e6;
    bar->show(static_cast<double>(done) / static_cast<double>(total),
              what + " " + std::to_string(static_cast<std::uint64_t>(static_cast<double>(done) / kMega)) + " of " +
                  std::to_string(static_cast<std::uint64_t>(static_cast<double>(total) / kMega)) + " MB");
  };
}

int tell_publication(const Session& session, const message::Envelope& envelope, const Publication& publication,
                     const std::string& file_hash) {
  const bool rejected = publication.status == "rejected";
  if (session.options().json) {
    nlohmann::ordered_json out{{"item_hash", envelope.item_hash.text()},
                               {"type", message::type_text(envelope.type)},
                               {"sender", envelope.sender},
                               {"status", publication.status}};
    if (!file_hash.empty()) out["file_hash"] = file_hash;
    if (publication.has_code) out["error_code"] = publication.error_code;
    if (!publication.detail.empty()) out["detail"] = publication.detail;
    print_line(out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    return rejected ? kCliFailed : kCliOk;
  }
  if (rejected) {
    return tools::fail(kCliFailed,
                       {.text = envelope.item_hash.text() + ": rejected: " + publication.detail,
                        .hint = "More: lastmile message get " + envelope.item_hash.text()},
                       false);
  }
  if (!file_hash.empty()) print_line(file_hash);
  print_line(envelope.item_hash.text());
  if (publication.status == "pending" && !session.options().quiet)
    std::fprintf(stderr, "taken, and not processed yet: lastmile message get %s\n", envelope.item_hash.text().c_str());
  return kCliOk;
}

int publish(Session& session, const SigningOptions& signing, message::Type type, const std::string& members) {
  int status = kCliUsage;
  const auto author = session.author(signing, status);
  if (!author) return status;
  const auto made = sign_message(*author, type, members);
  if (!made) return session.refuse("not sent: " + made.error().text, kCliUsage);
  const SignedMessage& message = *made;
  if (signing.dry_run) {
    print_line(message::serialize_envelope(message.envelope));
    return kCliOk;
  }
  if (message.stored_content) {
    const FormPart part{"file", "application/json", *message.stored_content, {}, "content.json"};
    const auto hash = session.api().add_file("/api/v0/storage/add_file", part, {}, {});
    if (!hash) return session.fail(hash.error());
    if (*hash != message.envelope.item_hash.view())
      return session.refuse(
          "the node stored the content under " + *hash + ", expected " + message.envelope.item_hash.text(), kCliFailed);
  }
  const auto published = session.api().publish(message.envelope, !signing.no_wait);
  if (!published) return session.fail(published.error());
  return tell_publication(session, message.envelope, *published);
}

}  // namespace lastmile::tools
