// A file that is not there any more when this goes, unless it was kept.
#pragma once

#include <string>

#include "core/base/result.hpp"
#include "real/env/posix_file.hpp"

namespace lastmile::tools {

class TemporaryFile {
 public:
  // Beside `path`, so that it can take its place: PATH.part.PID.
  explicit TemporaryFile(const std::string& path);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  const std::string& path() const { return path_; }
  // Opens it for writing; never one that is there.
  Result<real::Descriptor> create() const;
  // Takes the place of `path`.
  Result<Unit> keep_as(const std::string& path);

 private:
  std::string path_;
  bool kept_ = false;
};

}  // namespace lastmile::tools
