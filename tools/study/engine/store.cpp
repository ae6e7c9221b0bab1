#include "tools/study/engine/store.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/crc.hpp>
#include <cerrno>
#include <functional>
#include <optional>
#include <system_error>

namespace lastmile::study {
namespace {

constexpr std::size_t kChunk = 1 << 16;
constexpr std::size_t kCheckDigits = 8;

Error cannot(const std::string& path, std::string_view what) {
  return Error{fmt::format("{}: cannot be {} ({})", path, what, std::generic_category().message(errno))};
}

// CRC-32 as in zip files: any language has it.
std::string checked_line(std::string_view text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  return fmt::format("{:08x} {}\n", crc.checksum(), text);
}

std::string header_line(std::string_view mark) {
  return checked_line(fmt::format(R"({{"format":1,"holds":"results of a study","study":"{}"}})", mark));
}

// The text of a line without its end; empty when the check does not fit.
std::string_view text_of_line(std::string_view line) {
  if (line.size() <= kCheckDigits + 1 || line[kCheckDigits] != ' ') return {};
  const std::string_view text = line.substr(kCheckDigits + 1);
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  return fmt::format("{:08x}", crc.checksum()) == line.substr(0, kCheckDigits) ? text : std::string_view();
}

// Calls for each whole line with its place; gives the length of the file up to the last whole line. An error when a
// broken line stands before a whole one.
using OnLine = std::function<Result<Unit>(std::string_view text, std::uint64_t offset)>;
Result<std::uint64_t> each_line(int file, const std::string& path, const OnLine& on_line) {
  std::string rest;
  std::uint64_t begin = 0;  // of rest
  std::uint64_t whole = 0;
  std::optional<std::uint64_t> broken;
  std::string chunk(kChunk, '\0');
  for (std::uint64_t at = 0;;) {
    const ssize_t got = pread(file, chunk.data(), chunk.size(), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot(path, "read");
    if (got == 0) return whole;
    at += static_cast<std::uint64_t>(got);
    rest.append(chunk, 0, static_cast<std::size_t>(got));
    std::size_t from = 0;
    for (std::size_t end; (end = rest.find('\n', from)) != std::string::npos; from = end + 1) {
      const std::string_view text = text_of_line(std::string_view(rest).substr(from, end - from));
      if (text.empty()) {
        if (!broken) broken = begin + from;
        continue;
      }
      if (broken) {
        return Error{
            fmt::format("{}: damaged at byte {}: expected a line with its check, found another before whole "
                        "ones; keep a copy, then remove that line or the file",
                        path, *broken)};
      }
      if (auto done = on_line(text, begin + from + kCheckDigits + 1); !done.ok()) return done.error();
      whole = begin + end + 1;
    }
    rest.erase(0, from);
    begin += from;
    // A longer line is none of ours: what follows its end decides whether it is a torn tail.
    if (rest.size() > kRecordBytesMax) {
      if (!broken) broken = begin;
      begin += rest.size();
      rest.clear();
    }
  }
}

Result<Unit> check_header(const std::string& path, std::string_view text, std::string_view mark) {
  const std::string wanted = header_line(mark);
  if (text == text_of_line(std::string_view(wanted).substr(0, wanted.size() - 1))) return Unit{};
  return Error{path + ": expected results of this study, found those of another"};
}

Result<Unit> write_all(int file, const std::string& path, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(file, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return cannot(path, "written");
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return Unit{};
}

}  // namespace

Result<ResultWriter> ResultWriter::open(const std::string& path, std::string_view mark) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return cannot(path, "opened");
  ResultWriter writer(path, file);
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Error{path + ": another process writes into it; a file has one writer"};
    return cannot(path, "locked");
  }
  bool first = true;
  const auto whole = each_line(file, path, [&](std::string_view text, std::uint64_t) -> Result<Unit> {
    if (!std::exchange(first, false)) return Unit{};
    return check_header(path, text, mark);
  });
  if (!whole.ok()) return whole.error();
  const off_t length = lseek(file, 0, SEEK_END);
  if (length < 0) return cannot(path, "read");
  writer.cut_off_ = static_cast<std::uint64_t>(length) - *whole;
  if (writer.cut_off_ > 0 && ftruncate(file, static_cast<off_t>(*whole)) != 0) return cannot(path, "cut");
  if (*whole == 0) {
    if (auto written = write_all(file, path, header_line(mark)); !written.ok()) return written.error();
  }
  return writer;
}

ResultWriter::ResultWriter(ResultWriter&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)), cut_off_(other.cut_off_) {}

ResultWriter::~ResultWriter() {
  if (file_ < 0) return;
  fdatasync(file_);
  close(file_);
}

Result<Unit> ResultWriter::append(const RunKey& key, const Outcome& outcome) {
  return write_all(file_, path_, checked_line(record_text(key, outcome)));
}

ResultIndex::~ResultIndex() {
  for (const int file : files_.open) close(file);
}

Result<Unit> ResultIndex::add(const std::string& path, std::string_view mark) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return cannot(path, "opened");
  const auto number = static_cast<std::uint32_t>(files_.open.size());
  files_.open.push_back(file);
  bool first = true;
  const auto whole = each_line(file, path, [&](std::string_view text, std::uint64_t offset) -> Result<Unit> {
    if (std::exchange(first, false)) return check_header(path, text, mark);
    const auto record = read_record(text);
    if (!record.ok()) return Error{fmt::format("{}: at byte {}: {}", path, offset, record.error().text)};
    places_.insert_or_assign((*record).key, Place{number, static_cast<std::uint32_t>(text.size()), offset});
    return Unit{};
  });
  if (!whole.ok()) return whole.error();
  return Unit{};
}

Result<Outcome> ResultIndex::find(const RunKey& key) const {
  const auto found = places_.find(key);
  LM_CHECK(found != places_.end());
  const Place& place = found->second;
  std::string text(place.length, '\0');
  const ssize_t got = pread(files_.open[place.file], text.data(), text.size(), static_cast<off_t>(place.offset));
  if (got != static_cast<ssize_t>(text.size())) return Error{"a file of results was cut while it was read"};
  auto record = read_record(text);
  if (!record.ok()) return record.error();
  return std::move((*record).outcome);
}

}  // namespace lastmile::study
