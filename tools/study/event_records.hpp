// Records of events.lmt (docs/trace-format.md), one after another.
#pragma once

#include <array>
#include <cstdint>
#include <fstream>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lastmile::study {

// Line 1 of the file. Numbers of kinds that a file does not have are none.
class EventHeader {
 public:
  // Empty when it is no header.
  static std::optional<EventHeader> parse(const std::string& line);

  std::optional<std::uint16_t> kind(std::string_view name) const;
  std::string node(std::uint32_t number) const { return name_of("nodes", number); }
  std::string status(std::uint32_t number) const { return name_of("statuses", number); }
  // "invalid signature (1)"; "error 1" when the file has no words for it.
  std::string error(int code) const;
  std::size_t nodes() const;

 private:
  explicit EventHeader(std::shared_ptr<const nlohmann::json> document) : document_(std::move(document)) {}
  std::string name_of(const char* list, std::uint32_t number) const;

  std::shared_ptr<const nlohmann::json> document_;  // an object; the three lists are there
};

class RecordReader {
 public:
  explicit RecordReader(std::ifstream& file) : file_(file) {}
  // False at the end or at anything that is no record.
  bool next();
  bool torn() const { return torn_; }  // the file ends in the middle of one

  std::int64_t time_ns = 0;
  std::uint32_t node = 0;
  std::uint16_t kind = 0;

  // The payload from `offset` on; nothing when it is shorter.
  std::optional<std::uint64_t> number(std::size_t offset, std::size_t width) const;
  std::string_view text(std::size_t offset) const;

 private:
  std::ifstream& file_;
  std::vector<unsigned char> payload_;
  bool torn_ = false;
};

}  // namespace lastmile::study
