#include "tools/cli/temporary.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

namespace lastmile::tools {

TemporaryFile::TemporaryFile(const std::string& path) : path_(path + ".part." + std::to_string(::getpid())) {}

TemporaryFile::~TemporaryFile() {
  if (!kept_) ::unlink(path_.c_str());
}

Result<real::Descriptor> TemporaryFile::create() const {
  real::Descriptor fd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!fd) return real::file_error("cannot create", path_);
  return fd;
}

Result<Unit> TemporaryFile::keep_as(const std::string& path) {
  if (std::rename(path_.c_str(), path.c_str()) != 0) return real::file_error("cannot rename to", path);
  kept_ = true;
  return Unit{};
}

}  // namespace lastmile::tools
