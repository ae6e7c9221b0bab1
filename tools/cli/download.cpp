#include "tools/cli/download.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/ipfs/car.hpp"
#include "tools/cli/block_file.hpp"
#include "tools/cli/console.hpp"
#include "tools/cli/content_check.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/temporary.hpp"

namespace lastmile::tools {
namespace {

namespace fs = std::filesystem;

constexpr const char* kGatewayHint = "An IPFS gateway gives blocks, which can be checked: --gateway URL";

int tell(const Session& session, const DownloadOptions& options, const std::string& out, std::uint64_t bytes) {
  if (session.options().json) {
    print_line(
        nlohmann::ordered_json{{"file_hash", options.hash}, {"file", out}, {"size", bytes}, {"verified", true}}.dump());
  } else if (!session.options().quiet) {
    print_line(out + ": " + std::to_string(bytes) + " bytes, checked against " + options.hash);
  }
  return kCliOk;
}

// One file from the node.
int download_file(Session& session, const DownloadOptions& options, const message::ItemHash& name,
                  const std::string& out) {
  TemporaryFile part(out);
  const auto fd = part.create();
  if (!fd) return session.refuse(fd.error().text, kCliFailed);
  ContentCheck check(name);
  std::uint64_t bytes = 0;
  Result<Unit> written = Unit{};
  const auto answer = session.api().download(
      "/api/v0/storage/raw/" + options.hash, "application/octet-stream",
      [&](ByteView piece) {
        check.add(piece);
        bytes += piece.size();
        written = real::write_all(fd->get(), piece, part.path());
        return written.ok();
      },
      session.progress("fetching"));
  if (!written) return session.refuse(written.error().text, kCliFailed);
  if (!answer) return session.fail(answer.error());
  if (answer->content_type.starts_with("application/x-tar"))
    return session.fail(
        {kCliFailed, options.hash + " is a directory, and a tar of one cannot be checked", kGatewayHint});
  if (!check.finish())
    return session.fail({kCliFailed, "what the node sent is not " + options.hash + "; nothing was kept",
                         name.kind() == message::HashKind::storage ? "" : kGatewayHint});
  if (::fsync(fd->get()) != 0) return session.refuse(real::file_error("cannot sync", part.path()).text, kCliFailed);
  if (const auto kept = part.keep_as(out); !kept) return session.refuse(kept.error().text, kCliFailed);
  return tell(session, options, out, bytes);
}

// A folder that is not there any more when this goes, unless it was renamed.
struct Leftover {
  std::string path;
  ~Leftover() {
    std::error_code error;
    fs::remove_all(path, error);
  }
};

// Any DAG from a gateway.
int download_dag(Session& session, const DownloadOptions& options, const crypto::Cid& root, const std::string& out) {
  const TemporaryFile store(out + ".blocks");
  real::Descriptor fd(::open(store.path().c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return session.refuse(real::file_error("cannot create", store.path()).text, kCliFailed);
  BlockFile blocks(std::move(fd), store.path());
  Result<Unit> stored = Unit{};
  ipfs::CarReader reader([&](const crypto::Cid& cid, ByteView block) {
    if (stored) stored = blocks.put(cid, block);
  });
  ipfs::ReadResult<Unit> read = Unit{};
  const auto answer = session.api().download(
      "/ipfs/" + options.hash + "?format=car", "application/vnd.ipld.car; version=1; order=dfs; dups=n",
      [&](ByteView piece) {
        read = reader.add(piece);
        return read.ok() && stored.ok();
      },
      session.progress("fetching"));
  if (!stored) return session.refuse(stored.error().text, kCliFailed);
  if (!read) return session.refuse(read.error().text, kCliFailed);
  if (!answer) return session.fail(answer.error());
  if (read = reader.finish(); !read) return session.refuse(read.error().text, kCliFailed);
  const Leftover part{out + ".part." + std::to_string(::getpid())};
  const auto bytes = write_dag(blocks, root, part.path);
  if (!bytes) return session.refuse(bytes.error().text, kCliFailed);
  std::error_code error;
  if (fs::rename(part.path, out, error); error) return session.refuse(out + ": " + error.message(), kCliFailed);
  return tell(session, options, out, *bytes);
}

}  // namespace

int command_file_download(const DownloadOptions& options) {
  int status = kCliUsage;
  CommonOptions common = options.common;
  if (!options.gateway.empty()) common.api = options.gateway;
  auto session = Session::open(common, status);
  if (!session) return status;
  const std::string out = options.out.empty() ? options.hash : options.out;
  std::error_code error;
  const fs::file_status there = fs::symlink_status(out, error);
  if (fs::is_directory(there))
    return session->refuse(out + ": expected the name of a new file, found a folder", kCliUsage);
  if (!options.force && fs::exists(there))
    return session->refuse(out + " exists already; --force overwrites it", kCliUsage);
  if (!options.gateway.empty()) {
    const auto cid = crypto::Cid::parse(options.hash);
    if (cid) return download_dag(*session, options, *cid, out);
    return session->refuse("expected a CID such as Qm... or bafy..., found \"" + options.hash + "\"", kCliUsage);
  }
  const auto name = message::ItemHash::parse(options.hash);
  if (name) return download_file(*session, options, *name, out);
  return session->refuse("expected 64 hexadecimal digits, Qm... or bafy..., found \"" + options.hash + "\"", kCliUsage);
}

}  // namespace lastmile::tools
