// How far a run is: a bar on a terminal, a line every ten per cent elsewhere. Written to standard error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lastmile::tools {

class Progress {
 public:
  explicit Progress(bool quiet);
  ~Progress();  // leaves the terminal on a fresh line

  // share 0..1 of the longest the run can take; text is shown beside it.
  void show(double share, std::string_view text);

 private:
  bool quiet_;
  bool terminal_;
  bool drawn_ = false;
  int tenths_ = 0;
  std::int64_t last_drawn_ns_ = 0;
};

}  // namespace lastmile::tools
