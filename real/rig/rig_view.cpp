#include "real/rig/rig_view.hpp"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/base/bytes.hpp"
#include "core/base/present.hpp"
#include "real/env/os_clock.hpp"

namespace lastmile::real {

using nlohmann::json;
using scenario::Node;

namespace {

// Resident memory of a process; 0 when it is gone.
std::uint64_t resident_bytes(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  std::uint64_t size = 0, resident = 0;
  if (!(file >> size >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// What a process has used of all cores; 0 when it is gone.
Duration cpu_time(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  // The name, in parentheses, may hold anything; user and system time are the 12th and 13th field behind it.
  std::istringstream rest(line.substr(std::min(line.size(), line.rfind(')') + 1)));
  std::string skipped;
  for (int i = 0; i < 11; ++i) rest >> skipped;
  std::int64_t user = 0, system = 0;
  if (!(rest >> user >> system)) return {};
  return seconds(1) * (user + system) / ::sysconf(_SC_CLK_TCK);
}

// What lies in a folder. Files come and go meanwhile: those that are gone do not count.
std::uint64_t folder_bytes(const std::filesystem::path& folder) {
  std::uint64_t sum = 0;
  std::error_code code;
  for (std::filesystem::recursive_directory_iterator file(folder, code), end; !code && file != end;
       file.increment(code)) {
    std::error_code gone;
    const std::uint64_t size = file->is_regular_file(gone) ? file->file_size(gone) : 0;
    if (!gone) sum += size;
  }
  return sum;
}

void nap() {
  const timespec length{0, 500000};
  ::nanosleep(&length, nullptr);
}

}  // namespace

RigView::RigView(RigNodes& nodes, std::vector<std::string> chain_codes)
    : nodes_(nodes), chain_codes_(std::move(chain_codes)), turn_wall_(OsClock().wall()), answers_(nodes.size()) {
  for (Answers& answers : answers_) {
    answers.figures.queues.resize(trace::kQueueCount);
    answers.figures.queue_ages.resize(trace::kQueueCount);
  }
}
RigView::~RigView() = default;

void RigView::know(const message::ItemHash& hash) {
  if (positions_.emplace(hash, hashes_.size()).second) hashes_.push_back(hash);
}

void RigView::new_turn() {
  ++turn_;
  turn_wall_ = OsClock().wall();
}

bool RigView::running(Node node) const {
  return nodes_[node].wanted && nodes_[node].questions.has_value() && !answers_[node].silent;
}

std::optional<json> RigView::ask(Node node, const std::string& command, const json& fields) const {
  if (!running(node) || !nodes_.reachable(node)) return std::nullopt;
  auto answer = present(nodes_[node].questions).ask(command, fields, kAnswerMax);
  if (answer.ok()) return *std::move(answer);
  answers_[node].silent = true;
  if (!trouble_) trouble_ = nodes_[node].name + ": " + command + ": " + answer.error().text;
  return std::nullopt;
}

// --- statuses and digests

void RigView::read_statuses(Node node) const {
  Answers& answers = answers_[node];
  answers.asked_turn = turn_;
  constexpr std::size_t kAtOnce = 10000;
  std::vector<Known> read;
  for (std::size_t begin = 0; begin < hashes_.size(); begin += kAtOnce) {
    const std::size_t end = std::min(hashes_.size(), begin + kAtOnce);
    json list = json::array();
    for (std::size_t i = begin; i < end; ++i) list.push_back(hashes_[i].text());
    const auto answer = ask(node, "statuses", {{"hashes", std::move(list)}, {"readable", true}});
    if (!answer) return;
    for (std::size_t i = begin; i < end; ++i) {
      const auto status = message::parse_status(answer->at("statuses").at(i - begin).get<std::string>());
      read.push_back({status.value_or(message::Status::none), answer->at("readable").at(i - begin).get<bool>()});
    }
  }
  answers.known = std::move(read);
}

const RigView::Known* RigView::known(Node node, const message::ItemHash& hash) const {
  const auto position = positions_.find(hash);
  if (position == positions_.end()) return nullptr;
  if (answers_[node].asked_turn != turn_) read_statuses(node);
  const auto& all = answers_[node].known;
  return position->second < all.size() ? &all[position->second] : nullptr;
}

// Of all messages at once, since a check that asks for one asks for all that have no event yet.
void RigView::read_confirmed(Node node) const {
  Answers& answers = answers_[node];
  answers.confirmed_turn = turn_;
  constexpr std::size_t kAtOnce = 1000;  // whole messages are read for it
  std::vector<std::uint64_t> read;
  for (std::size_t begin = 0; begin < hashes_.size(); begin += kAtOnce) {
    const std::size_t end = std::min(hashes_.size(), begin + kAtOnce);
    json list = json::array();
    for (std::size_t i = begin; i < end; ++i) list.push_back(hashes_[i].text());
    const auto answer = ask(node, "statuses", {{"hashes", std::move(list)}, {"confirmed", true}});
    if (!answer) return;
    for (const json& codes : answer->at("confirmed")) {
      std::uint64_t bits = 0;
      for (std::size_t chain = 0; chain < chain_codes_.size(); ++chain) {
        if (std::find(codes.begin(), codes.end(), chain_codes_[chain]) != codes.end())
          bits |= std::uint64_t{1} << chain;
      }
      read.push_back(bits);
    }
  }
  answers.confirmed = std::move(read);
}

bool RigView::finally_confirmed(Node node, std::uint32_t chain, const message::ItemHash& hash) const {
  const auto position = positions_.find(hash);
  if (position == positions_.end() || !running(node)) return false;
  if (answers_[node].confirmed_turn != turn_) read_confirmed(node);
  const auto& all = answers_[node].confirmed;
  return position->second < all.size() && ((all[position->second] >> chain) & 1) != 0;
}

message::Status RigView::status(Node node, const message::ItemHash& hash) const {
  if (!running(node)) return message::Status::none;
  const Known* found = known(node, hash);
  return found == nullptr ? message::Status::none : found->status;
}

std::optional<scenario::SignedBy> RigView::signed_by(Node node, const message::ItemHash& hash) const {
  Answers& answers = answers_[node];
  if (!answers.signatures.contains(hash)) read_signatures(node, hash);
  auto found = answers.signatures.extract(hash);
  if (found.empty()) return std::nullopt;
  return std::move(found.mapped());
}

void RigView::processed(Node node, const message::ItemHash& hash) {
  if (answers_[node].unread.size() < kUnreadMax) answers_[node].unread.insert(hash);
}

// Of this message, and of all that the node has processed since the last question.
void RigView::read_signatures(Node node, const message::ItemHash& hash) const {
  if (!running(node) || !nodes_.reachable(node)) return;
  Answers& answers = answers_[node];
  answers.unread.insert(hash);
  // order-free: the answers go into a table by hash
  const std::vector<message::ItemHash> wanted(answers.unread.begin(), answers.unread.end());
  answers.unread.clear();
  answers.signatures.clear();
  constexpr std::size_t kAtOnce = 1000;  // whole messages are read for it: the node must go on in between
  for (std::size_t begin = 0; begin < wanted.size(); begin += kAtOnce) {
    const std::size_t end = std::min(wanted.size(), begin + kAtOnce);
    json list = json::array();
    for (std::size_t i = begin; i < end; ++i) list.push_back(wanted[i].text());
    const auto answer = ask(node, "signatures", {{"hashes", std::move(list)}});
    if (!answer) return;
    for (std::size_t i = begin; i < end; ++i) {
      const json& one = answer->at("signatures").at(i - begin);
      if (one.is_null()) continue;
      answers.signatures[wanted[i]] = {one.at("sender").get<std::string>(), one.at("signature").get<std::string>()};
    }
  }
}

bool RigView::readable(Node node, const message::ItemHash& hash) const {
  if (!running(node)) return false;
  const Known* found = known(node, hash);
  return found != nullptr && found->readable;
}

Hash256 RigView::state_digest(Node node) const {
  Answers& answers = answers_[node];
  if (answers.digest_turn == turn_) return answers.digest;
  const auto answer = ask(node, "state", {{"at_ns", turn_wall_.ns}});
  if (!answer) return {};
  const auto bytes = from_hex(answer->at("digest").get<std::string>());
  if (!bytes || bytes->size() != answers.digest.bytes.size()) return {};
  std::copy(bytes->begin(), bytes->end(), answers.digest.bytes.begin());
  answers.digest_turn = turn_;
  return answers.digest;
}

void RigView::ask_all() {
  for (Node node = 0; node < nodes_.size(); ++node) {
    if (running(node)) read_statuses(node);
  }
}

void RigView::admit(Node node) {
  answers_[node].silent = false;
  answers_[node].asked_turn = 0;
  answers_[node].digest_turn = 0;
  answers_[node].confirmed_turn = 0;
  answers_[node].unread.clear();
  answers_[node].signatures.clear();
}

// --- figures

void RigView::look() {
  std::vector<std::optional<std::uint64_t>> open(nodes_.size());
  for (Node node = 0; node < nodes_.size(); ++node) {
    if (!running(node) || !nodes_.reachable(node)) continue;
    open[node] = present(nodes_[node].questions).post("gauges", json::object());
  }
  const OsClock clock;
  const Instant until = clock.now() + kAnswerMax;
  const auto waiting = [&open] { return std::any_of(open.begin(), open.end(), [](const auto& id) { return id; }); };
  while (waiting()) {
    for (Node node = 0; node < nodes_.size(); ++node) {
      if (!open[node]) continue;
      AdminClient& client = present(nodes_[node].questions);
      const auto pumped = client.pump();
      while (const auto answer = client.receive()) {
        if (answer->value("id", json()) != present(open[node])) continue;  // to a question that was given up
        if (answer->value("ok", false)) take_figures(node, answer->at("result"));
        open[node].reset();
        break;
      }
      if (open[node] && (!pumped.ok() || clock.now() > until)) {
        answers_[node].silent = true;
        if (!trouble_) trouble_ = nodes_[node].name + " does not answer its admin socket";
        open[node].reset();
      }
    }
    if (waiting()) nap();
  }
  look_at_processes(clock.now());
}

// What the system knows of them, paused ones too.
void RigView::look_at_processes(Instant now) {
  const std::int64_t cores = std::max<std::int64_t>(1, ::sysconf(_SC_NPROCESSORS_ONLN));
  std::uint64_t memory = 0;
  for (Node node = 0; node < nodes_.size(); ++node) {
    Answers& answers = answers_[node];
    Figures& figures = answers.figures;
    const std::optional<Child>& process = nodes_[node].process;
    figures.memory_bytes = process ? resident_bytes(process->pid()) : 0;
    figures.disk_bytes = folder_bytes(nodes_[node].data());
    memory += figures.memory_bytes;
    if (!process) continue;
    const Duration used = cpu_time(process->pid());
    if (answers.cpu && now > answers.cpu->first && used >= answers.cpu->second) {
      const auto offered = static_cast<double>((now - answers.cpu->first).ns * cores);
      const double share = static_cast<double>((used - answers.cpu->second).ns) / offered;
      figures.cpu_busy_parts = static_cast<std::uint64_t>(1e9 * std::min(1.0, share));  // ticks of 10 ms
    }
    answers.cpu = std::pair(now, used);
  }
  peak_memory_bytes_ = std::max(peak_memory_bytes_, memory);
}

void RigView::take_figures(Node node, const json& gauges) {
  Figures& figures = answers_[node].figures;
  figures.held = gauges.at("held").get<std::uint64_t>();
  figures.pending = gauges.at("pending").get<std::uint64_t>();
  figures.sum = gauges.at("sum").get<std::uint64_t>();
  figures.peers = gauges.at("peers").get<std::uint64_t>();
  figures.wire = {gauges.at("bytes_out").get<std::uint64_t>(), gauges.at("message_bytes_out").get<std::uint64_t>()};
  figures.gossip_repeats = gauges.at("gossip_repeats").get<std::uint64_t>();
  for (std::size_t q = 0; q < trace::kQueueCount; ++q) {
    const json& one = gauges.at("queues").at(std::string(trace::queue_name(static_cast<trace::Queue>(q))));
    figures.queues[q] = {one.at("depth").get<std::uint64_t>(), one.at("limit").get<std::uint64_t>()};
    const json& oldest = one.at("oldest_ns");
    figures.queue_ages[q].reset();
    if (!oldest.is_null()) figures.queue_ages[q] = Duration{oldest.get<std::int64_t>()};
  }
  figures.mesh.clear();
  for (const json& identity : gauges.at("mesh")) {
    if (const auto other = nodes_.find_identity(identity.get<std::string>())) figures.mesh.push_back(*other);
  }
  std::sort(figures.mesh.begin(), figures.mesh.end());
}

void RigView::retire(Node node) {
  Figures& figures = answers_[node].figures;
  retired_.bytes += figures.wire.bytes;
  retired_.message_bytes += figures.wire.message_bytes;
  answers_[node].retired_repeats += figures.gossip_repeats;
  figures = Figures{};
  figures.queues.resize(trace::kQueueCount);
  figures.queue_ages.resize(trace::kQueueCount);
  answers_[node].cpu.reset();
}

std::optional<std::uint64_t> RigView::state_sum(Node node) const { return answers_[node].figures.sum; }
std::uint64_t RigView::held(Node node) const { return answers_[node].figures.held; }
std::uint64_t RigView::pending(Node node) const { return answers_[node].figures.pending; }
scenario::QueueState RigView::queue(Node node, trace::Queue queue) const {
  return answers_[node].figures.queues[static_cast<std::size_t>(queue)];
}

std::optional<Duration> RigView::queue_age(Node node, trace::Queue queue) const {
  if (!running(node)) return std::nullopt;
  return answers_[node].figures.queue_ages[static_cast<std::size_t>(queue)];
}

std::optional<scenario::WireTotals> RigView::wire() const {
  scenario::WireTotals totals = retired_;
  for (const Answers& answers : answers_) {
    totals.bytes += answers.figures.wire.bytes;
    totals.message_bytes += answers.figures.wire.message_bytes;
  }
  totals.message_bytes = std::min(totals.message_bytes, totals.bytes);
  return totals;
}

std::optional<std::uint64_t> RigView::gossip_repeats(Node node) const {
  return answers_[node].retired_repeats + answers_[node].figures.gossip_repeats;
}

std::optional<std::uint64_t> RigView::gauge(scenario::Gauge gauge, Node node) const {
  if (!running(node)) return std::nullopt;
  const Figures& figures = answers_[node].figures;
  switch (gauge) {
    case scenario::Gauge::peers:
      return figures.peers;
    case scenario::Gauge::mesh_degree:
      return figures.mesh.size();
    case scenario::Gauge::node_memory_bytes:
      return figures.memory_bytes;
    case scenario::Gauge::disk_bytes:
      return figures.disk_bytes;
    case scenario::Gauge::cpu_busy_parts:
      return figures.cpu_busy_parts;
  }
  return std::nullopt;
}

bool RigView::mesh(Node node, std::vector<Node>& peers) const {
  if (!running(node)) return false;
  peers = answers_[node].figures.mesh;
  return true;
}

}  // namespace lastmile::real
