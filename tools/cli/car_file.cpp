#include "tools/cli/car_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <vector>

#include "core/base/check.hpp"
#include "core/crypto/hash.hpp"
#include "core/ipfs/car.hpp"
#include "core/ipfs/directory_builder.hpp"
#include "core/ipfs/file_builder.hpp"
#include "real/env/posix_file.hpp"
#include "tools/cli/input.hpp"

namespace lastmile::tools {
namespace {

namespace fs = std::filesystem;

class CarWriter {
 public:
  CarWriter(int fd, std::string path) : fd_(fd), path_(std::move(path)) {
    // Names of version 0 have one length, so that the header can be written last.
    header_bytes_ = ipfs::car_header({crypto::Cid::v0({})}).size();
    written_ = real::write_all(fd_, Bytes(header_bytes_), path_);
  }

  Result<ipfs::DirectoryEntry> folder(const fs::path& path, std::size_t depth) {
    if (depth > kFolderDepthMax)
      return Error{path.string() + ": folders nested deeper than " + std::to_string(kFolderDepthMax)};
    std::error_code error;
    std::vector<fs::directory_entry> found;
    for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error))
      found.push_back(*entry);
    if (error) return Error{path.string() + ": " + error.message()};
    std::sort(found.begin(), found.end());
    std::vector<ipfs::DirectoryEntry> entries;
    for (const fs::directory_entry& one : found) {
      const fs::file_status status = one.symlink_status(error);
      if (error) return Error{one.path().string() + ": " + error.message()};
      if (!fs::is_directory(status) && !fs::is_regular_file(status))
        return Error{one.path().string() + ": expected a file or a folder, found a link, pipe or device"};
      auto entry = fs::is_directory(status) ? folder(one.path(), depth + 1) : file(one.path());
      if (!entry) return entry;
      entries.push_back(*std::move(entry));
    }
    const auto made = ipfs::build_directory(0, std::move(entries), sink());
    if (!made) return Error{path.string() + ": " + made.error().text};
    if (!written_) return written_.error();
    return ipfs::DirectoryEntry{path.filename().string(), made->cid, made->cumulative_size};
  }

  Result<Unit> finish(const crypto::Cid& root) {
    const Bytes header = ipfs::car_header({root});
    LM_CHECK(header.size() == header_bytes_);
    if (::lseek(fd_, 0, SEEK_SET) != 0) return real::file_error("cannot write", path_);
    return real::write_all(fd_, header, path_);
  }

  std::uint64_t files() const { return files_; }

 private:
  Result<ipfs::DirectoryEntry> file(const fs::path& path) {
    ipfs::UnixFsBuilder builder(ipfs::UnixFsProfile::v0, sink());
    const auto read = read_input(path.string(), [&](ByteView piece) { builder.add(piece); });
    if (!read) return read.error();
    if (!written_) return written_.error();
    const ipfs::UnixFsFile made = builder.finish();
    ++files_;
    return ipfs::DirectoryEntry{path.filename().string(), made.cid, made.cumulative_size};
  }

  ipfs::DirectorySink sink() {
    return [this](const crypto::Cid& cid, ByteView block) {
      if (!written_ || !seen_.emplace(cid.bytes().begin(), cid.bytes().end()).second) return;
      written_ = real::write_all(fd_, ipfs::car_section_head(cid, block.size()), path_);
      if (written_) written_ = real::write_all(fd_, block, path_);
    };
  }

  int fd_;
  std::string path_;
  std::size_t header_bytes_ = 0;
  std::set<Bytes> seen_;
  std::uint64_t files_ = 0;
  Result<Unit> written_ = Unit{};
};

}  // namespace

Result<CarFile> write_car(const std::string& folder, const std::string& car) {
  const real::Descriptor fd(::open(car.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return real::file_error("cannot create", car);
  CarWriter writer(fd.get(), car);
  const auto root = writer.folder(folder, 0);
  if (!root) return root.error();
  if (const auto finished = writer.finish(root->cid); !finished) return finished.error();
  return CarFile{root->cid, root->cumulative_size, writer.files()};
}

}  // namespace lastmile::tools
