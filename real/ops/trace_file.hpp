// Typed trace events of one node in a file, for whoever watches several nodes of a machine: time is CLOCK_MONOTONIC, so
// that the files of all processes merge by time.
//
// Line 1 is JSON: {"format": "lastmile trace 1", "identity": ..., "pid": ...}. Then records, little endian:
//   u64 time ns, u16 kind, u16 length of item, u64 a, u64 b, u64 c, item
// Kinds are those of core/trace. Each record is written at once: what a killed process recorded is there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "core/trace/event.hpp"
#include "real/env/os_clock.hpp"
#include "real/env/posix_file.hpp"

namespace lastmile::real {

inline constexpr std::string_view kTraceFormat = "lastmile trace 1";
inline constexpr std::size_t kTraceItemMax = 4096;

// Appends: a restarted node goes on in the same file.
class TraceFile final : public trace::Sink {
 public:
  static Result<std::unique_ptr<TraceFile>> open(const std::filesystem::path& path, const std::string& identity);
  // A full disk loses records, never the node: lost() counts them.
  void record(const trace::Event& event) override;
  std::uint64_t lost() const { return lost_; }

 private:
  explicit TraceFile(Descriptor file) : file_(std::move(file)) {}
  OsClock clock_;
  Descriptor file_;
  std::uint64_t lost_ = 0;
};

struct TraceRecord {
  Instant time;
  trace::Kind kind{};
  std::uint64_t a = 0, b = 0, c = 0;
  std::string item;
  trace::Event event() const { return {kind, item, a, b, c}; }
};

// Reads such a file while it grows.
class TraceTail {
 public:
  explicit TraceTail(std::filesystem::path path) : path_(std::move(path)) {}
  // The next record that is there whole; empty: none yet (also: the file does not exist yet). Error: it is no such
  // file.
  Result<std::optional<TraceRecord>> next();

 private:
  Result<Unit> fill();
  std::filesystem::path path_;
  Descriptor file_;
  std::string buffer_;
  std::size_t begin_ = 0;
  bool header_read_ = false;
};

}  // namespace lastmile::real
