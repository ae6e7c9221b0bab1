#include "scenarios/engine/folder/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "core/base/check.hpp"
#include "scenarios/engine/folder/write_error.hpp"
#include "scenarios/engine/model/load.hpp"

namespace lastmile::scenario {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSummary = "summary.json";
constexpr std::string_view kScenario = "scenario.json";

bool is_empty_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error) && fs::is_empty(path, error);
}

Result<Unit> written(const std::string& path, std::string_view content, std::ios::openmode mode) {
  std::ofstream file(path, std::ios::binary | mode);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file) return cannot_write(path, errno != 0 ? errno : EIO);
  return Unit{};
}

// Nothing but what a run left is ever replaced.
Result<Unit> may_be_replaced(const fs::path& target) {
  std::error_code error;
  if (!fs::exists(target, error) || is_empty_folder(target)) return Unit{};
  if (!fs::is_directory(target, error)) return Error{target.string() + ": expected a folder, found a file"};
  if (fs::exists(target / kSummary, error)) return Unit{};
  return Error{target.string() + ": expected an empty folder or an earlier run (with summary.json), found other files"};
}

// `from` takes the place of the folder `to`, which goes. There is a whole run at `to` at every moment, where the file
// system can exchange two names. False with errno.
bool rename_over(const std::string& from, const std::string& to) {
  std::error_code error;
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) {
    fs::remove_all(from, error);
    return true;
  }
  if (errno == EINVAL || errno == ENOSYS) fs::remove_all(to, error);
  return ::rename(from.c_str(), to.c_str()) == 0;  // over nothing, or an empty folder
}

}  // namespace

// A lock on a folder; the system lets go of it when its program ends, however it ends.
class RunFolder::Hold {
 public:
  explicit Hold(const std::string& folder) : fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    held_ = fd_ >= 0 && ::flock(fd_, LOCK_EX | LOCK_NB) == 0;
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() {
    if (fd_ >= 0) ::close(fd_);
  }
  bool held() const { return held_; }

 private:
  int fd_;
  bool held_ = false;
};

RunFolder::RunFolder(std::string target, std::string partial, std::unique_ptr<Hold> hold)
    : target_(std::move(target)), partial_(std::move(partial)), hold_(std::move(hold)) {}

Result<RunFolder> RunFolder::begin(const std::string& target) {
  std::string name = fs::path(target).lexically_normal().string();
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  if (name.empty() || name == "." || name == "/" || fs::path(name).filename() == "..") {
    return Error{target + ": expected the name of a folder for this run"};
  }
  std::error_code error;
  if (auto allowed = may_be_replaced(name); !allowed.ok()) return allowed.error();
  const std::string partial = name + ".partial";
  if (fs::exists(partial, error)) {
    if (!is_empty_folder(partial) && !fs::exists(fs::path(partial) / kScenario, error)) {
      return Error{partial + ": expected what a killed run left (with scenario.json), found other files"};
    }
    if (!Hold(partial).held()) return Error{partial + ": another run is writing there; name another folder"};
    fs::remove_all(partial, error);
  }
  fs::create_directories(partial, error);
  if (error) return Error{partial + ": cannot be made: " + error.message()};
  auto hold = std::make_unique<Hold>(partial);
  if (!hold->held()) return Error{partial + ": another run is writing there; name another folder"};
  return RunFolder(std::move(name), partial, std::move(hold));
}

RunFolder::RunFolder(RunFolder&&) noexcept = default;
RunFolder& RunFolder::operator=(RunFolder&&) noexcept = default;
RunFolder::~RunFolder() = default;

Result<Unit> RunFolder::write_scenario(const Scenario& scenario, std::string_view version) {
  Scenario copy = scenario;
  for (TrafficSpec& traffic : copy.traffic) {
    if (traffic.file.empty()) continue;
    const std::string name = "envelopes-" + traffic.name + ".jsonl";
    std::error_code error;
    fs::copy_file(traffic.file, path(name), fs::copy_options::overwrite_existing, error);
    if (error) return Error{traffic.file + ": cannot be copied to " + path(name) + ": " + error.message()};
    traffic.file = name;
  }
  Json json = resolved(copy);
  json.set("version", version);
  return write(kScenario, pretty(json));
}

Result<Unit> RunFolder::write_summary(const Summary& summary) { return write(kSummary, pretty(summary_json(summary))); }

Result<Unit> RunFolder::write(std::string_view file, std::string_view content) {
  return written(path(file), content, std::ios::trunc);
}

Result<Unit> RunFolder::log(std::string_view line) {
  return written(path("log.txt"), std::string(line) + "\n", std::ios::app);
}

Result<Unit> RunFolder::commit() {
  LM_CHECK(!done_);
  if (auto allowed = may_be_replaced(target_); !allowed.ok()) return allowed.error();  // a run may take hours
  if (!rename_over(partial_, target_)) {
    return Error{partial_ + ": cannot be renamed to " + target_ + ": " + std::generic_category().message(errno)};
  }
  done_ = true;
  return Unit{};
}

}  // namespace lastmile::scenario
