#include "tools/cli/file_commands.hpp"

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/crypto/hash.hpp"
#include "core/ipfs/file_builder.hpp"
#include "tools/cli/car_file.hpp"
#include "tools/cli/console.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/input.hpp"
#include "tools/cli/temporary.hpp"

namespace lastmile::tools {
namespace {

namespace fs = std::filesystem;
using message::ItemType;
constexpr std::uint64_t kFreeStoreBytes =
    26214400;  // messages.md 7.4: a STORE of a file up to this size is taken from anyone

std::string metadata_of(const message::Envelope& envelope, bool wait) {
  return R"({"message":)" + message::serialize_envelope(envelope) + R"(,"sync":)" + (wait ? "true}" : "false}");
}

Result<std::string> storage_hash(const std::string& file) {
  crypto::Sha256 hash;
  const auto read = read_input(file, [&](ByteView piece) { hash.add(piece); });
  if (!read) return read.error();
  return hash.finish().hex();
}

Result<std::string> ipfs_hash(const std::string& file) {
  ipfs::UnixFsBuilder builder(ipfs::UnixFsProfile::v0);
  const auto read = read_input(file, [&](ByteView piece) { builder.add(piece); });
  if (!read) return read.error();
  return builder.finish().cid.text();
}

struct Prepared {
  std::string hash;
  std::string route;
  FormPart part;
  ItemType engine = ItemType::storage;
  std::uint64_t bytes = 0;
};

// One upload: the way with the message in it first, for then the node takes more; then, where the account cannot pay
// for that and the file is small, the file alone and the message after it (http-api.md 7).
int send_upload(Session& session, const FileOptions& options, const Prepared& prepared) {
  int status = kCliUsage;
  const auto author = session.author(options.signing, status);
  if (!author) return status;
  const auto message =
      sign_message(*author, message::Type::STORE, store_members(prepared.engine, prepared.hash, options.ref));
  if (!message) return session.refuse("not sent: " + message.error().text, kCliUsage);
  if (message->stored_content) return session.refuse("not sent: the message itself is too long", kCliUsage);
  const message::Envelope& envelope = message->envelope;
  if (options.signing.dry_run) {
    print_line(message::serialize_envelope(envelope));
    return kCliOk;
  }
  const bool wait = !options.signing.no_wait;
  const auto progress = session.progress("sending");
  auto hash = session.api().add_file(prepared.route, prepared.part, metadata_of(envelope, wait), progress);
  const bool alone =
      !hash && hash.error().http == 402 && prepared.bytes <= kFreeStoreBytes && !fs::is_directory(options.file);
  if (alone) hash = session.api().add_file(prepared.route, prepared.part, {}, progress);
  if (!hash) return session.fail(hash.error());
  if (*hash != prepared.hash)
    return session.refuse("the node calls the file " + *hash + ", expected " + prepared.hash, kCliFailed);
  // The message goes again by the usual road, which is harmless, and tells what became of it and why.
  const auto published = session.api().publish(envelope, wait);
  if (!published) return session.fail(published.error());
  return tell_publication(session, envelope, *published, prepared.hash);
}

int upload_folder(Session& session, const FileOptions& options) {
  const char* temporary = std::getenv("TMPDIR");
  const TemporaryFile car(std::string(temporary != nullptr ? temporary : "/tmp") + "/lastmile-upload.car");
  const auto written = write_car(options.file, car.path());
  if (!written) return session.refuse(written.error().text, kCliUsage);
  Prepared prepared;
  prepared.hash = written->root.text();
  prepared.route = "/api/v0/ipfs/add_car";
  prepared.part = {"file", "application/vnd.ipld.car", {}, car.path(), "directory.car"};
  prepared.engine = ItemType::ipfs;
  prepared.bytes = written->cumulative_size;
  return send_upload(session, options, prepared);
}

// The name of a file as nodes keep it; other CIDs are no names of messages.
std::optional<message::ItemHash> file_name(const Session& session, const std::string& hash, int& status) {
  const auto name = message::ItemHash::parse(hash);
  if (!name)
    status = session.refuse("expected 64 hexadecimal digits, Qm... or bafy..., found \"" + hash + "\"", kCliUsage);
  return name;
}

}  // namespace

int command_file_cid(const CidOptions& options) {
  using ipfs::UnixFsProfile;
  const UnixFsProfile profile = options.version == 0      ? UnixFsProfile::v0
                                : options.leaves == "raw" ? UnixFsProfile::v1
                                                          : UnixFsProfile::v1_dagpb;
  ipfs::UnixFsBuilder builder(profile);
  const auto read = read_input(options.file, [&](ByteView piece) { builder.add(piece); });
  if (!read) return fail(kCliUsage, {.place = options.file, .text = read.error().text}, options.json);
  const ipfs::UnixFsFile file = builder.finish();
  if (options.json) {
    const nlohmann::ordered_json answer{
        {"cid", file.cid.text()}, {"size", file.content_size}, {"dag_size", file.cumulative_size}};
    print_line(answer.dump());
  } else {
    print_line(file.cid.text());
  }
  return kCliOk;
}

int command_file_upload(const FileOptions& options) {
  int status = kCliUsage;
  auto session = Session::open(options.signing.common, status);
  if (!session) return status;
  std::error_code error;
  if (fs::is_directory(options.file, error)) return upload_folder(*session, options);
  if (options.file == "-")
    return session->refuse("expected a file or a folder, found standard input, which cannot be read twice", kCliUsage);
  Prepared prepared;
  prepared.engine = options.engine == "ipfs" ? ItemType::ipfs : ItemType::storage;
  const auto hash = prepared.engine == ItemType::ipfs ? ipfs_hash(options.file) : storage_hash(options.file);
  if (!hash) return session->refuse(hash.error().text, kCliUsage);
  prepared.hash = *hash;
  prepared.route = prepared.engine == ItemType::ipfs ? "/api/v0/ipfs/add_file" : "/api/v0/storage/add_file";
  prepared.part = {"file", "application/octet-stream", {}, options.file, fs::path(options.file).filename().string()};
  prepared.bytes = fs::file_size(options.file, error);
  return send_upload(*session, options, prepared);
}

int command_file_pin(const FileOptions& options) {
  int status = kCliUsage;
  auto session = Session::open(options.signing.common, status);
  if (!session) return status;
  const auto name = file_name(*session, options.hash, status);
  if (!name) return status;
  return publish(*session, options.signing, message::Type::STORE,
                 store_members(name->item_type(), options.hash, options.ref));
}

}  // namespace lastmile::tools
