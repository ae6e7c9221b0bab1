// lastmile: what people who use the network need. Exit status: exit_status.hpp.
#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>

#include "tools/arguments/program.hpp"
#include "tools/arguments/refusal.hpp"
#include "tools/cli/account_commands.hpp"
#include "tools/cli/completion.hpp"
#include "tools/cli/download.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/file_commands.hpp"
#include "tools/cli/message_commands.hpp"
#include "tools/cli/publish_commands.hpp"
#include "tools/cli/query_commands.hpp"
#include "tools/cli/watch_command.hpp"

namespace lastmile::tools {
namespace {

// What a command line asks for: the options of every verb, and what to run.
struct Wanted {
  VerifyOptions verify;
  CidOptions cid;
  AccountOptions account;
  PublishOptions publish;
  FileOptions file;
  DownloadOptions download;
  QueryOptions query;
  WatchOptions watch;
  std::string shell;
  std::function<int()> run;
};

void with_common(CLI::App* sub, CommonOptions& options) {
  sub->add_flag("--json", options.json, "answer as JSON on one line");
  sub->add_flag("--quiet", options.quiet, "results only");
  sub->add_option("--config", options.config, "settings; else config.toml in the configuration folder")
      ->check(not_empty());
}

void with_api(CLI::App* sub, CommonOptions& options) {
  with_common(sub, options);
  sub->add_option("--api", options.api,
                  "node to talk to; else LASTMILE_API, api in the settings, http://127.0.0.1:4024")
      ->check(not_empty());
}

void with_keys(CLI::App* sub, CommonOptions& options) {
  sub->add_option("--keys", options.keys, "folder of accounts; else LASTMILE_KEYS, the data folder")
      ->check(not_empty());
}

void with_password(CLI::App* sub, CommonOptions& options) {
  with_keys(sub, options);
  auto* file =
      sub->add_option("--password-file", options.password_file, "file with the password, 0600")->check(not_empty());
  sub->add_option("--password-fd", options.password_fd, "open descriptor to read the password from")
      ->check(CLI::Range(0, 1023))
      ->excludes(file);
}

void with_signing(CLI::App* sub, SigningOptions& options) {
  with_api(sub, options.common);
  with_password(sub, options.common);
  sub->add_option("--account", options.common.account,
                  "name or address of who signs; else LASTMILE_ACCOUNT, the only one")
      ->check(not_empty());
  sub->add_option("--channel", options.common.channel, "channel of the message")->check(not_empty());
  sub->add_option("--on-behalf-of", options.owner, "owner who has authorised the account")->check(not_empty());
  sub->add_option("--time", options.time, "seconds since 1970 instead of now: equal input gives equal bytes")
      ->check(not_empty());
  sub->add_flag("--no-wait", options.no_wait, "do not wait until the node has processed the message");
  sub->add_flag("--dry-run", options.dry_run, "print the signed message and send nothing");
}

CLI::App* verb(CLI::App& to, const char* name, const char* about, std::function<int()> run, Wanted& wanted) {
  CLI::App* sub = to.add_subcommand(name, about);
  sub->callback([&wanted, run = std::move(run)] { wanted.run = run; });
  return sub;
}

void add_account_verbs(CLI::App& app, Wanted& wanted) {
  CLI::App* group = app.add_subcommand("account", "keys that sign, each under a password in a file");
  group->require_subcommand(1);
  AccountOptions& o = wanted.account;
  CLI::App* sub = verb(*group, "new", "make a key; prints its address", [&] { return command_account_new(o); }, wanted);
  sub->add_option("name", o.name, "what to call it")->required();
  sub->add_option("--chain", o.chain, "ETH (default), SOL, or another EVM chain");
  sub->add_flag("--light", o.light, "cheaper protection of the file, for weak machines");
  with_common(sub, o.common);
  with_password(sub, o.common);
  sub = verb(*group, "list", "the accounts there are", [&] { return command_account_list(o); }, wanted);
  with_common(sub, o.common);
  with_keys(sub, o.common);
  sub = verb(*group, "show", "one account", [&] { return command_account_show(o); }, wanted);
  sub->add_option("name", o.name, "name or address; without it the usual one");
  with_common(sub, o.common);
  with_keys(sub, o.common);
  sub = verb(*group, "address", "print the address alone", [&] { return command_account_address(o); }, wanted);
  sub->add_option("name", o.name, "name; without it the usual one");
  with_common(sub, o.common);
  with_keys(sub, o.common);
  sub =
      verb(*group, "import", "take a key over from another wallet", [&] { return command_account_import(o); }, wanted);
  sub->add_option("name", o.name, "what to call it")->required();
  sub->add_option("file", o.file, "keystore (opened by the same password), or a bare key")
      ->required()
      ->check(not_empty());
  sub->add_option("--chain", o.chain, "of a bare key: ETH (default), SOL, or another EVM chain");
  sub->add_flag("--light", o.light, "cheaper protection of the file, for weak machines");
  with_common(sub, o.common);
  with_password(sub, o.common);
  sub = verb(
      *group, "export", "write an account into a file that other wallets read",
      [&] { return command_account_export(o); }, wanted);
  sub->add_option("name", o.name, "name or address")->required();
  sub->add_option("file", o.file, "file to make, 0600")->required()->check(not_empty());
  sub->add_flag("--secret", o.secret, "the bare key, without protection");
  with_common(sub, o.common);
  with_password(sub, o.common);
}

void add_publishing_verbs(CLI::App& app, Wanted& wanted) {
  PublishOptions& o = wanted.publish;
  const auto with_content = [&o](CLI::App* sub) {
    sub->add_option("file", o.file, "file with the content as JSON; - reads standard input");
    sub->add_option("--content", o.content, "the content itself")->check(not_empty());
    with_signing(sub, o.signing);
  };
  CLI::App* sub = verb(app, "post", "publish a post", [&] { return command_post(o); }, wanted);
  sub->add_option("--type", o.type, "what kind of post, a word of your own")->required()->check(not_empty());
  sub->add_option("--ref", o.ref, "what the post is about: a hash or a word")->check(not_empty());
  with_content(sub);
  sub = verb(app, "amend", "publish a new version of a post", [&] { return command_amend(o); }, wanted);
  sub->add_option("hash", o.ref, "hash of the original post")->required();
  with_content(sub);
  sub = verb(app, "aggregate", "set keys of an aggregate", [&] { return command_aggregate(o); }, wanted);
  sub->add_option("key", o.key, "name of the aggregate")->required();
  with_content(sub);
  sub = verb(app, "forget", "have messages forgotten", [&] { return command_forget(o); }, wanted);
  sub->add_option("hashes", o.hashes, "hashes of the messages")->required();
  sub->add_option("--reason", o.reason, "why, for others to read")->check(not_empty());
  with_signing(sub, o.signing);
}

void add_message_verbs(CLI::App& app, Wanted& wanted) {
  CLI::App* group = app.add_subcommand("message", "look at messages");
  group->require_subcommand(1);
  CLI::App* sub = verb(
      *group, "verify", "check form, hash, signature and content of a message in a file",
      [&] { return command_message_verify(wanted.verify); }, wanted);
  sub->add_option("file", wanted.verify.file, "the message as JSON; - reads standard input")
      ->required()
      ->check(not_empty());
  sub->add_flag("--json", wanted.verify.json, "failures as JSON too");
  sub = verb(
      *group, "get", "what the node knows of a message", [&] { return command_message_get(wanted.query); }, wanted);
  sub->add_option("hash", wanted.query.hash, "its hash")->required();
  with_api(sub, wanted.query.common);
  WatchOptions& w = wanted.watch;
  sub = verb(
      *group, "watch", "print messages as the node processes them, one JSON object per line",
      [&] { return command_message_watch(w); }, wanted);
  sub->add_option("--type", w.types, "only of this type; repeatable")->allow_extra_args(false);
  sub->add_option("--address", w.addresses, "only of this sender; repeatable")->allow_extra_args(false);
  sub->add_option("--channel", w.channels, "only of this channel; repeatable")->allow_extra_args(false);
  sub->add_option("--content-type", w.content_types, "only posts of this type; repeatable")->allow_extra_args(false);
  sub->add_option("--ref", w.refs, "only about this; repeatable")->allow_extra_args(false);
  sub->add_option("--history", w.history, "messages from before, at most")->check(CLI::Range(0, 199));
  sub->add_option("--count", w.count, "end after so many messages")->check(CLI::Range(1L, 1000000000L));
  sub->add_option("--for", w.for_seconds, "end after so many seconds")->check(CLI::Range(0.1, 1e9));
  with_api(sub, w.common);
}

void add_file_verbs(CLI::App& app, Wanted& wanted) {
  CLI::App* group = app.add_subcommand("file", "files of the network");
  group->require_subcommand(1);
  CidOptions& cid = wanted.cid;
  CLI::App* sub = verb(*group, "cid", "print the IPFS name of a file", [&] { return command_file_cid(cid); }, wanted);
  sub->add_option("file", cid.file, "the file; - reads standard input")->required()->check(not_empty());
  sub->add_option("--cid-version", cid.version, "0: Qm..., as uploads are named; 1: baf...")->check(CLI::Range(0, 1));
  sub->add_option("--leaves", cid.leaves, "of version 1: raw or dag-pb")->check(one_of({"raw", "dag-pb"}));
  sub->add_flag("--json", cid.json, "answer as JSON on one line");
  FileOptions& o = wanted.file;
  sub = verb(
      *group, "upload", "store a file, or a folder, and sign for it; prints its hash and that of the message",
      [&] { return command_file_upload(o); }, wanted);
  sub->add_option("file", o.file, "file or folder")->required()->check(not_empty());
  sub->add_option("--engine", o.engine, "storage (default) or ipfs; a folder goes to ipfs")
      ->check(one_of({"storage", "ipfs"}));
  sub->add_option("--ref", o.ref, "group of versions: a word of your own, or the hash of the first STORE")
      ->check(not_empty());
  with_signing(sub, o.signing);
  sub = verb(*group, "pin", "sign for a file that the network has", [&] { return command_file_pin(o); }, wanted);
  sub->add_option("hash", o.hash, "its hash")->required();
  sub->add_option("--ref", o.ref, "group of versions")->check(not_empty());
  with_signing(sub, o.signing);
  DownloadOptions& d = wanted.download;
  sub = verb(
      *group, "download", "fetch a file and check it against its hash", [&] { return command_file_download(d); },
      wanted);
  sub->add_option("hash", d.hash, "its hash")->required();
  sub->add_option("--out", d.out, "file to make; else the hash")->check(not_empty());
  sub->add_option("--gateway", d.gateway, "IPFS gateway to fetch blocks from: folders too, and files of any layout")
      ->check(not_empty());
  sub->add_flag("--force", d.force, "overwrite the file");
  with_api(sub, d.common);
}

void add_query_verbs(CLI::App& app, Wanted& wanted) {
  QueryOptions& o = wanted.query;
  CLI::App* sub = verb(app, "balance", "tokens and credits of an address", [&] { return command_balance(o); }, wanted);
  sub->add_option("address", o.address, "without it that of the usual account");
  sub->add_option("--chain", o.chain, "on one chain only")->check(not_empty());
  sub->add_option("--account", o.common.account, "name of the account")->check(not_empty());
  with_api(sub, o.common);
  with_keys(sub, o.common);
  sub = verb(
      app, "price", "what a message costs, or what storing a file would", [&] { return command_price(o); }, wanted);
  sub->add_option("hash", o.hash, "hash of the message");
  sub->add_option("--file", o.file, "a file that may be stored")->check(not_empty());
  sub->add_option("--payment", o.payment, "of a file: hold (default) or credit")->check(one_of({"hold", "credit"}));
  with_api(sub, o.common);
  sub = verb(app, "limits", "how much the node takes at once", [&] { return command_limits(o); }, wanted);
  with_api(sub, o.common);
}

int main_of(int argc, char** argv) {
  CLI::App app{"Messages, files and accounts of the Aleph network.", "lastmile"};
  app.set_version_flag("--version", LASTMILE_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 done, 1 failed or refused, 2 sent but nobody said what became of it, 3 usage or unreadable "
      "input.\n"
      "Start with: lastmile account new NAME --password-file FILE");
  Wanted wanted;
  add_account_verbs(app, wanted);
  add_publishing_verbs(app, wanted);
  add_message_verbs(app, wanted);
  add_file_verbs(app, wanted);
  add_query_verbs(app, wanted);
  CLI::App* completion = verb(app, "completion", "print completions for a shell", [&] { return 0; }, wanted);
  completion->add_option("shell", wanted.shell, "bash, zsh or fish")
      ->required()
      ->check(one_of({"bash", "zsh", "fish"}));
  completion->callback([&] {
    wanted.run = [&] {
      std::cout << completion_script(app, wanted.shell);
      return kCliOk;
    };
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error, std::cout, std::cerr);  // --help, --version
    refuse(app, argc, argv, error);
    return kCliUsage;
  }
  return wanted.run();
}

}  // namespace
}  // namespace lastmile::tools

int main(int argc, char** argv) {
  using namespace lastmile;
  return tools::run_program("lastmile", tools::kCliFailed, tools::main_of, argc, argv);
}
