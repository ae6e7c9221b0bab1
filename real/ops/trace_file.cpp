#include "real/ops/trace_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

namespace lastmile::real {
namespace {

constexpr std::size_t kRecordHead = 8 + 2 + 2 + 3 * 8;
constexpr std::size_t kHeaderMax = 4096;
constexpr std::size_t kTraceReadBytes = 256 * 1024;

void put(char*& to, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) *to++ = static_cast<char>(value >> (8 * i));
}
std::uint64_t get(const char*& from, int bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= std::uint64_t{static_cast<unsigned char>(*from++)} << (8 * i);
  return value;
}

}  // namespace

Result<std::unique_ptr<TraceFile>> TraceFile::open(const std::filesystem::path& path, const std::string& identity) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!file) return file_error("cannot open", path);
  struct stat info{};
  if (::fstat(file.get(), &info) != 0) return file_error("cannot look at", path);
  if (info.st_size == 0) {
    const nlohmann::json header{{"format", kTraceFormat}, {"identity", identity}, {"pid", ::getpid()}};
    const std::string line = header.dump() + "\n";
    if (auto written = write_all(file.get(), as_bytes(line), path); !written.ok()) return written.error();
  }
  return std::unique_ptr<TraceFile>(new TraceFile(std::move(file)));
}

void TraceFile::record(const trace::Event& event) {
  const std::string_view item = event.item.substr(0, kTraceItemMax);
  char head[kRecordHead];
  char* to = head;
  put(to, static_cast<std::uint64_t>(clock_.now().ns), 8);
  put(to, static_cast<std::uint64_t>(event.kind), 2);
  put(to, item.size(), 2);
  put(to, event.a, 8);
  put(to, event.b, 8);
  put(to, event.c, 8);
  iovec parts[2] = {{head, sizeof head}, {const_cast<char*>(item.data()), item.size()}};
  const off_t before = ::lseek(file_.get(), 0, SEEK_END);
  const ssize_t wanted = static_cast<ssize_t>(sizeof head + item.size());
  const ssize_t written = ::writev(file_.get(), parts, 2);
  if (written == wanted) return;
  ++lost_;
  // Half a record would make everything after it unreadable.
  if (written > 0 && before >= 0 && ::ftruncate(file_.get(), before) != 0) lost_ += 1;
}

Result<Unit> TraceTail::fill() {
  if (!file_) {
    file_ = Descriptor(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file_) return errno == ENOENT ? Result<Unit>(Unit{}) : Result<Unit>(file_error("cannot open", path_));
  }
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::size_t had = buffer_.size();
  buffer_.resize(had + kTraceReadBytes);
  const ssize_t got = ::read(file_.get(), buffer_.data() + had, kTraceReadBytes);
  buffer_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (got < 0 && errno != EINTR) return file_error("cannot read", path_);
  return Unit{};
}

Result<std::optional<TraceRecord>> TraceTail::next() {
  for (int round = 0; round < 2; ++round) {
    if (!header_read_) {
      const auto end = buffer_.find('\n');
      if (end != std::string::npos) {
        const auto header = nlohmann::json::parse(buffer_.substr(0, end), nullptr, false);
        if (!header.is_object() || header.value("format", "") != kTraceFormat) {
          return Error{path_.string() + ": not a trace file of this program"};
        }
        header_read_ = true;
        begin_ = end + 1;
      } else if (buffer_.size() > kHeaderMax) {
        return Error{path_.string() + ": not a trace file"};
      }
    }
    if (header_read_ && buffer_.size() - begin_ >= kRecordHead) {
      const char* from = buffer_.data() + begin_;
      TraceRecord record;
      record.time.ns = static_cast<std::int64_t>(get(from, 8));
      const std::uint64_t kind = get(from, 2);
      const std::uint64_t length = get(from, 2);
      if (kind >= trace::kKindCount || length > kTraceItemMax) return Error{path_.string() + ": damaged record"};
      if (buffer_.size() - begin_ >= kRecordHead + length) {
        record.kind = static_cast<trace::Kind>(kind);
        record.a = get(from, 8);
        record.b = get(from, 8);
        record.c = get(from, 8);
        record.item.assign(from, length);
        begin_ += kRecordHead + length;
        return std::optional<TraceRecord>(std::move(record));
      }
    }
    if (round == 0) {
      if (auto filled = fill(); !filled.ok()) return filled.error();
    }
  }
  return std::optional<TraceRecord>();
}

}  // namespace lastmile::real
