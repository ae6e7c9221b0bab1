// What is wrong with a file, for the person who wrote it: at most twenty places, each with what was expected and found.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/nearest.hpp"  // for all who report findings

namespace lastmile::scenario {

struct Finding {
  std::string place;     // JSON pointer ("/faults/0/from"), or "line 3, column 7" for syntax errors, empty = whole file
  std::string text;      // expected ..., found ...; did you mean "..."
  std::string expected;  // the parts of such a sentence; empty when it has another form
  std::string found;
  std::string nearest;
  friend bool operator==(const Finding&, const Finding&) = default;
};

// Collects findings; those beyond kMax are only counted.
class Findings {
 public:
  static constexpr std::size_t kMax = 20;

  void add(std::string place, std::string text);
  // The usual form. `found` is shown as it is; suggestion may be empty.
  void expected(std::string place, std::string_view what, std::string_view found, std::string_view suggestion = {});

  bool empty() const { return total_ == 0; }
  std::size_t total() const { return total_; }
  const std::vector<Finding>& list() const { return list_; }
  bool has(std::string_view place) const;

  // One line per finding: "FILE: /faults/0/from: expected ...", and a last line when some were left out.
  std::string lines(std::string_view file) const;

 private:
  std::vector<Finding> list_;
  std::size_t total_ = 0;
};

}  // namespace lastmile::scenario
