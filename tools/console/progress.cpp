#include "tools/console/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

namespace lastmile::tools {

Progress::Progress(bool quiet) : quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
}

void Progress::show(double share, std::string_view text) {
  if (quiet_) return;
  if (!terminal_) {
    const int tenths = static_cast<int>(share * 10);
    if (tenths <= tenths_) return;
    tenths_ = tenths;
    std::fprintf(stderr, "%3d %%  %.*s\n", tenths * 10, static_cast<int>(text.size()), text.data());
    return;
  }
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const std::int64_t ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  if (drawn_ && ns - last_drawn_ns_ < 100'000'000) return;
  last_drawn_ns_ = ns;
  drawn_ = true;
  constexpr int kWidth = 30;
  const int filled = static_cast<int>(share * kWidth);
  std::string bar(static_cast<std::size_t>(kWidth), '.');
  for (int i = 0; i < filled && i < kWidth; ++i) bar[static_cast<std::size_t>(i)] = '#';
  // A line that wraps cannot be drawn over.
  winsize window{};
  const std::size_t columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 ? window.ws_col : 80;
  std::string line = fmt::format("[{}] {:3d} %  {}", bar, static_cast<int>(share * 100), text);
  if (line.size() >= columns) line.resize(columns - 1);
  std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
  std::fflush(stderr);
}

}  // namespace lastmile::tools
