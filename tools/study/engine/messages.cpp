// Tasks and outcomes between processes: numbers as text, then a record.
#include <fmt/core.h>

#include <charconv>

#include "tools/study/engine/workers.hpp"

namespace lastmile::study {
namespace {

// A number and the space behind it; what is left of the text.
template <class Number>
bool take(std::string_view& text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end == text.data() + text.size() || *end != ' ') return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

}  // namespace

std::string task_text(const Task& task) {
  return fmt::format("{} {} {} {} ", task.id, task.point, task.replicate, task.seed);
}

std::optional<Task> read_task(std::string_view text) {
  Task task;
  const bool ok = take(text, task.id) && take(text, task.point) && take(text, task.replicate) && take(text, task.seed);
  if (!ok || !text.empty()) return std::nullopt;
  return task;
}

std::string finished_text(const Finished& finished) {
  return fmt::format("{} {}", finished.id, record_text({}, finished.outcome));
}

std::optional<Finished> read_finished(std::string_view text) {
  Finished out;
  if (!take(text, out.id)) return std::nullopt;
  auto record = read_record(text);
  if (!record.ok()) return std::nullopt;
  out.outcome = std::move((*record).outcome);
  return out;
}

}  // namespace lastmile::study
