#include "real/rig/rig_folder.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include <string>
#include <system_error>
#include <vector>

namespace lastmile::real {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kPrefix = "lastmile-rig-";
constexpr const char* kLock = "LOCK";

// Folders whose rig is gone. One without a lock file is just being made, or somebody else's: left alone.
void remove_left_behind(const fs::path& base) {
  std::error_code code;
  std::vector<fs::path> dead;
  for (fs::directory_iterator it(base, code), end; !code && it != end; it.increment(code)) {
    if (!it->path().filename().string().starts_with(kPrefix)) continue;
    const Descriptor lock(::open((it->path() / kLock).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) dead.push_back(it->path());
  }
  for (const fs::path& path : dead) fs::remove_all(path, code);
}

}  // namespace

Result<RigFolder> RigFolder::make(const fs::path& base) {
  if (base.native().size() > kBaseBytesMax) {
    return Error{base.string() + ": too long for sockets; set TMPDIR to a folder with a shorter path"};
  }
  remove_left_behind(base);
  std::string name = (base / (std::string(kPrefix) + "XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) return file_error("cannot make", name);
  const fs::path lock_file = fs::path(name) / kLock;
  Descriptor lock(::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return file_error("cannot lock", lock_file);
  return RigFolder(name, std::move(lock));
}

RigFolder::~RigFolder() {
  if (!lock_) return;  // moved away
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace lastmile::real
