// What a command that talks to a node has at hand: settings, client, and how it tells what came out.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tools/cli/api.hpp"
#include "tools/cli/settings.hpp"
#include "tools/cli/signed_message.hpp"

namespace lastmile::tools {

struct SigningOptions {
  CommonOptions common;
  std::string owner;  // --on-behalf-of
  std::string time;   // --time: seconds; empty = now
  bool no_wait = false;
  bool dry_run = false;  // print the signed message and send nothing
};

class Session {
 public:
  // Without a value it has complained already, and `status` is how to end.
  static std::optional<Session> open(const CommonOptions& options, int& status);

  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  const CliSettings& settings() const { return settings_; }
  const CommonOptions& options() const { return options_; }
  Api& api() { return *api_; }

  // The account of the settings, and when.
  std::optional<Author> author(const SigningOptions& signing, int& status) const;
  // Complains and gives the exit status.
  int fail(const ApiFailure& failure) const;
  int refuse(const std::string& text, int status) const;
  // Shows how far a transfer is, on a terminal; empty when nobody looks.
  std::function<void(std::uint64_t, std::uint64_t)> progress(const std::string& what) const;

 private:
  Session(CliSettings settings, CommonOptions options);

  CliSettings settings_;
  CommonOptions options_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<Api> api_;
};

// Signs, sends (the content first, when it is too long), and tells: the hash, and with --json {"item_hash", "status",
// ...}.
int publish(Session& session, const SigningOptions& signing, message::Type type, const std::string& members);
// The last part of it, for a message that was sent already or goes now.
int tell_publication(const Session& session, const message::Envelope& envelope, const Publication& publication,
                     const std::string& file_hash = {});

}  // namespace lastmile::tools
