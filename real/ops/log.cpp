#include "real/ops/log.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>

#include "real/env/os_clock.hpp"

namespace lastmile::real {
namespace {

constexpr std::size_t kLogQueueLines = 8192;
constexpr std::size_t kLogKinds = static_cast<std::size_t>(LogKind::request_refused) + 1;
constexpr std::uint32_t kLogLinesPerMinute = 20;  // of one kind

struct LogBucket {
  Instant since;
  std::uint32_t used = 0;
  std::uint64_t left_out = 0;
};

// What a message says may hold anything; JSON needs it escaped.
class JsonMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const nlohmann::json text = std::string(message.payload.data(), message.payload.size());
    const std::string quoted = text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    out.append(quoted.data(), quoted.data() + quoted.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<JsonMessage>(); }
};

// systemd reads "<4>" at the start of a line as the priority.
class Priority final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    static constexpr char kOf[] = {'7', '7', '6', '4', '3', '2', '6'};  // trace debug info warning error critical off
    const char text[] = {'<', kOf[message.level], '>'};
    out.append(text, text + sizeof text);
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<Priority>(); }
};

// Is standard error the journal? JOURNAL_STREAM is inherited by whoever sends it elsewhere: it names what it is about.
bool to_journal() {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat info{};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &info) != 0) return false;
  return stream == std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
}

}  // namespace

Result<Unit> start_logging(const Settings& settings) {
  const auto level = spdlog::level::from_str(settings.log_level);
  if (level == spdlog::level::off && settings.log_level != "off") {
    return Error{"log.level: expected trace, debug, info, warning, error, critical or off, found \"" +
                 settings.log_level + "\""};
  }
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  if (settings.log_format == LogFormat::json) {
    formatter->add_flag<JsonMessage>('*').set_pattern(
        R"({"ts":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l","target":"%n","msg":%*})");
  } else if (to_journal()) {
    formatter->add_flag<Priority>('*').set_pattern("%*%v");
  } else {
    formatter->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %-8l %v");
  }
  // The node never waits for whoever reads its log: the oldest lines make room.
  spdlog::init_thread_pool(kLogQueueLines, 1);
  const auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  sink->set_formatter(std::move(formatter));
  auto logger = std::make_shared<spdlog::async_logger>("node", sink, spdlog::thread_pool(),
                                                       spdlog::async_overflow_policy::overrun_oldest);
  logger->set_level(level);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
  return Unit{};
}

void end_logging() { spdlog::shutdown(); }

std::uint64_t log_lines_lost() {
  const auto pool = spdlog::thread_pool();
  return pool == nullptr ? 0 : pool->overrun_counter();
}

Result<Unit> set_log_level(std::string_view level, std::string_view target) {
  const auto parsed = spdlog::level::from_str(std::string(level));
  if (parsed == spdlog::level::off && level != "off") {
    return Error{"level: expected trace, debug, info, warning, error, critical or off, found \"" + std::string(level) +
                 "\""};
  }
  if (target.empty()) {
    spdlog::set_level(parsed);
    return Unit{};
  }
  const auto logger = spdlog::get(std::string(target));
  if (logger == nullptr) {
    std::string known;
    spdlog::apply_all(
        [&](const std::shared_ptr<spdlog::logger>& one) { known += (known.empty() ? "" : ", ") + one->name(); });
    return Error{"target: expected one of " + known + ", found \"" + std::string(target) + "\""};
  }
  logger->set_level(parsed);
  return Unit{};
}

std::optional<std::string> may_log(LogKind kind) {
  static std::mutex mutex;
  static std::array<LogBucket, kLogKinds> buckets;
  static const OsClock clock;
  const std::scoped_lock lock(mutex);
  LogBucket& bucket = buckets[static_cast<std::size_t>(kind)];
  const Instant now = clock.now();
  if (bucket.used == kLogLinesPerMinute && now - bucket.since < minutes(1)) {
    ++bucket.left_out;
    return std::nullopt;
  }
  if (now - bucket.since >= minutes(1)) {
    bucket.since = now;
    bucket.used = 0;
  }
  ++bucket.used;
  const std::uint64_t left_out = std::exchange(bucket.left_out, 0);
  return left_out == 0 ? std::string() : " (" + std::to_string(left_out) + " more left out)";
}

}  // namespace lastmile::real
