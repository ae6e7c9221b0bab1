// The append-only file of results, keyed by (digest, seed); docs/study-format.md is its description.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "tools/study/engine/record.hpp"

namespace lastmile::study {

// One writer of one file. What it appended is there after a kill of the process at any moment.
class ResultWriter {
 public:
  // Makes the file or goes on with it. A torn tail, as a kill leaves it, is cut off. Refused: a file of another study
  // (`mark` differs), a damaged one (a broken line before a whole one), one that another writer holds.
  static Result<ResultWriter> open(const std::string& path, std::string_view mark);
  ResultWriter(ResultWriter&& other) noexcept;
  ResultWriter& operator=(ResultWriter&&) = delete;
  ResultWriter(const ResultWriter&) = delete;
  ~ResultWriter();

  Result<Unit> append(const RunKey& key, const Outcome& outcome);
  std::uint64_t cut_off() const { return cut_off_; }  // bytes of a torn tail

 private:
  ResultWriter(std::string path, int file) : path_(std::move(path)), file_(file) {}
  std::string path_;
  int file_ = -1;
  std::uint64_t cut_off_ = 0;
};

// What files of results hold; of a key that stands twice the later record counts. Keeps places, not records: a study
// of 100,000 runs takes some megabytes.
class ResultIndex {
 public:
  ResultIndex() = default;
  ResultIndex(ResultIndex&&) noexcept = default;
  ResultIndex& operator=(ResultIndex&&) noexcept = default;
  ~ResultIndex();
  // Errors as with the writer; a torn tail is not looked at.
  Result<Unit> add(const std::string& path, std::string_view mark);
  bool has(const RunKey& key) const { return places_.contains(key); }
  // The run must be there.
  Result<Outcome> find(const RunKey& key) const;
  std::size_t size() const { return places_.size(); }

 private:
  struct Place {
    std::uint32_t file;
    std::uint32_t length;
    std::uint64_t offset;
  };
  struct Files {
    std::vector<int> open;
    Files() = default;
    Files(Files&& other) noexcept : open(std::exchange(other.open, {})) {}
    Files& operator=(Files&& other) noexcept {
      std::swap(open, other.open);
      return *this;
    }
  };
  Files files_;
  std::unordered_map<RunKey, Place> places_;
};

}  // namespace lastmile::study
