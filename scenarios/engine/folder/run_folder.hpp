// The folder of a run: written as NAME.partial beside its place, renamed when complete (scenario-format.md 8).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "scenarios/engine/folder/summary.hpp"
#include "scenarios/engine/model/scenario.hpp"

namespace lastmile::scenario {

class RunFolder {
 public:
  // Refused: a target that is a file, or a folder that is not empty and has no summary.json; a NAME.partial that
  // another running program holds. One left by a killed run is replaced. Nothing at the target is touched before
  // commit().
  static Result<RunFolder> begin(const std::string& target);
  RunFolder(RunFolder&&) noexcept;
  RunFolder& operator=(RunFolder&&) noexcept;
  ~RunFolder();  // without commit(): leaves NAME.partial, as a killed run does

  const std::string& partial() const { return partial_; }  // where to write now
  const std::string& target() const { return target_; }
  std::string path(std::string_view file) const { return partial_ + "/" + std::string(file); }

  // scenario.json: resolved, with the program version. Files of traffic entries are copied in, so that the folder
  // suffices.
  Result<Unit> write_scenario(const Scenario& scenario, std::string_view version);
  Result<Unit> write_summary(const Summary& summary);
  Result<Unit> write(std::string_view file, std::string_view content);
  // log.txt, one line more.
  Result<Unit> log(std::string_view line);

  // Renames to the target, replacing an older run.
  Result<Unit> commit();

 private:
  class Hold;  // of NAME.partial, until the end of this object
  RunFolder(std::string target, std::string partial, std::unique_ptr<Hold> hold);
  std::string target_;
  std::string partial_;
  std::unique_ptr<Hold> hold_;
  bool done_ = false;
};

}  // namespace lastmile::scenario
