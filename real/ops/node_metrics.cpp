#include "real/ops/node_metrics.hpp"

#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>
#include <system_error>

#include "core/message/error_code.hpp"
#include "core/message/status.hpp"
#include "real/env/os_clock.hpp"
#include "real/env/posix_file.hpp"
#include "real/ops/log.hpp"

namespace lastmile::real {
namespace {

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < trace::kKindCount; ++i) {
    names.emplace_back(trace::kind_info(static_cast<trace::Kind>(i)).name);
  }
  return names;
}

std::vector<std::string> status_names() {
  std::vector<std::string> names;
  for (const message::Status status : message::kAllStatuses) names.emplace_back(message::status_text(status));
  return names;
}

std::vector<std::string> code_names() {
  std::vector<std::string> names;
  for (const message::ErrorCode code : message::kAllErrorCodes) names.push_back(std::to_string(message::number(code)));
  return names;
}

std::vector<std::string> queue_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < trace::kQueueCount; ++i)
    names.emplace_back(trace::queue_name(static_cast<trace::Queue>(i)));
  return names;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// Pages in memory: the second number of /proc/self/statm.
double resident_bytes() {
  const auto text = read_file("/proc/self/statm", 256);
  if (!text.ok()) return 0;
  const auto space = std::min(text->find(' '), text->size());
  std::uint64_t pages = 0;
  if (space < text->size()) std::from_chars(text->data() + space + 1, text->data() + text->size(), pages);
  return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  std::size_t count = 0;
  std::error_code code;
  for (std::filesystem::directory_iterator one("/proc/self/fd", code), end; !code && one != end; one.increment(code)) {
    ++count;
  }
  return static_cast<double>(count);
}

}  // namespace

CountingSink::CountingSink(Metrics& metrics, trace::Sink& next)
    : next_(next),
      events_(metrics.counters("lastmile_events_total", "Typed events of the node.", {"event", kind_names()})),
      statuses_(
          metrics.counters("lastmile_status_changes_total", "Messages that came to a status.", {"to", status_names()})),
      rejections_(
          metrics.counters("lastmile_rejections_total", "Messages refused, by error code.", {"code", code_names()})),
      refused_(metrics.counters("lastmile_queue_turned_away_total", "What found no room in a queue.",
                                {"queue", queue_names()})),
      published_bytes_(metrics.counters("lastmile_published_bytes_total", "Bytes that clients handed in.")[0]),
      fetched_bytes_(metrics.counters("lastmile_fetched_bytes_total", "Bytes of contents fetched from peers.")[0]),
      duplicates_(metrics.counters("lastmile_duplicates_total", "Messages received that were known.")[0]),
      rounds_(metrics.histograms("lastmile_reconciliation_rounds", "Round trips of a comparison with a peer.",
                                 {1, 2, 3, 4, 5, 6, 8, 12})[0]) {}

void CountingSink::record(const trace::Event& event) {
  using trace::Kind;
  events_[static_cast<std::size_t>(event.kind)].add();
  switch (event.kind) {
    case Kind::message_published:
      published_bytes_.add(event.a);
      break;
    case Kind::message_received:
      if (event.a == 0) duplicates_.add();
      break;
    case Kind::status_changed: {
      const auto to = static_cast<message::Status>(event.b);
      const auto known = std::find(message::kAllStatuses.begin(), message::kAllStatuses.end(), to);
      if (known == message::kAllStatuses.end()) break;
      statuses_[static_cast<std::size_t>(known - message::kAllStatuses.begin())].add();
      if (to != message::Status::rejected) break;
      const auto code = message::parse_error_code(static_cast<std::int64_t>(event.c));
      if (!code) break;
      const auto place = std::find(message::kAllErrorCodes.begin(), message::kAllErrorCodes.end(), *code);
      if (place != message::kAllErrorCodes.end()) {
        rejections_[static_cast<std::size_t>(place - message::kAllErrorCodes.begin())].add();
      }
      break;
    }
    case Kind::queue_refused:
      if (event.a < refused_.size()) refused_[event.a].add();
      break;
    case Kind::reconciled:
      rounds_.observe(static_cast<double>(event.b));
      break;
    case Kind::content_fetched:
      fetched_bytes_.add(event.a);
      break;
    default:
      break;
  }
  next_.record(event);
}

void add_process_metrics(Metrics& metrics) {
  Gauge& processor = metrics.totals("lastmile_process_cpu_seconds_total", "Processor time of this process.")[0];
  Gauge& memory = metrics.gauges("lastmile_process_resident_bytes", "Memory of this process.")[0];
  Gauge& files = metrics.gauges("lastmile_process_open_files", "Open descriptors of this process.")[0];
  Gauge& files_max = metrics.gauges("lastmile_process_open_files_max", "How many it may have.")[0];
  Gauge& started = metrics.gauges("lastmile_process_start_seconds", "When it began, UTC.")[0];
  Gauge& lost = metrics.totals("lastmile_log_lines_lost_total", "Lines of the log that found no room in its queue.")[0];
  started.set(static_cast<double>(OsClock().wall().ns) / 1e9);
  metrics.before_text([&processor, &memory, &files, &files_max, &lost] {
    rusage usage{};
    if (::getrusage(RUSAGE_SELF, &usage) == 0) processor.set(seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
    memory.set(resident_bytes());
    files.set(open_descriptors());
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) files_max.set(static_cast<double>(limit.rlim_cur));
    lost.set(static_cast<double>(log_lines_lost()));
  });
}

}  // namespace lastmile::real
