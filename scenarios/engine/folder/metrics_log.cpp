#include "scenarios/engine/folder/metrics_log.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <set>

#include "core/base/check.hpp"
#include "scenarios/engine/folder/numbers.hpp"
#include "scenarios/engine/folder/write_error.hpp"

namespace lastmile::scenario {
namespace {

// Each has two rows for every queue in use: enough scopes for a chart, and a bound on the file.
constexpr std::size_t kQueueScopes = 16;

struct Scope {
  std::string name;
  std::vector<Node> nodes;
};

}  // namespace

struct MetricsLog::State {
  std::FILE* file = nullptr;
  std::string path;
  WriteError error;
  const Timeline& timeline;
  const Watch& watch;
  const WorldView& view;
  std::vector<Scope> scopes;
  std::set<std::vector<Node>> known;  // islands that are a group, or were there before, add nothing
  std::size_t spans_seen = 0;
  std::size_t islands = 0;  // of scopes

  State(const Timeline& t, const Watch& w, const WorldView& v) : timeline(t), watch(w), view(v) {}

  // The sides of one occurrence of a partition. Names stay different: "island:cut-first", "island:cut-first:2", ...
  void add_islands(const FaultSpan& span) {
    const auto names = timeline.islands(spans_seen);
    if (!names) return;
    const std::string which = span.occurrence == 0 ? "" : ":" + std::to_string(span.occurrence + 1);
    for (const auto* side : {&span.first, &span.second}) {
      if (islands >= kIslandScopesMax || !known.insert(*side).second) continue;
      scopes.push_back({"island:" + (*names)[side == &span.first ? 0 : 1] + which, *side});
      ++islands;
    }
  }

  void write(const std::string& line) { error.note(std::fwrite(line.data(), 1, line.size(), file) == line.size()); }
  void row(std::string& out, const std::string& time, const std::string& scope, std::string_view name, double value) {
    out += time + "," + scope + "," + std::string(name) + "," + figure_number(value) + "\n";
  }
  // Of queues in which somebody waits.
  void queue_rows(std::string& out, const std::string& time, const Scope& scope) {
    const Watch::QueueFills fills = watch.queues(scope.nodes);
    for (std::size_t q = 0; q < fills.size(); ++q) {
      if (fills[q].depth == 0) continue;
      const std::string name(trace::queue_name(static_cast<trace::Queue>(q)));
      row(out, time, scope.name, "queue_depth." + name, static_cast<double>(fills[q].depth));
      if (const auto& age = fills[q].age) {
        row(out, time, scope.name, "queue_age_s." + name, static_cast<double>(age->ns) / 1e9);
      }
    }
  }
};

MetricsLog::MetricsLog(std::unique_ptr<State> state) : state_(std::move(state)) {}
MetricsLog::~MetricsLog() {
  if (state_->file != nullptr) std::fclose(state_->file);
}

Result<std::unique_ptr<MetricsLog>> MetricsLog::create(const std::string& path, const NodeTable& nodes,
                                                       const Timeline& timeline, const Watch& watch,
                                                       const WorldView& view) {
  auto state = std::make_unique<State>(timeline, watch, view);
  state->file = std::fopen(path.c_str(), "wb");
  if (state->file == nullptr) return cannot_write(path, errno);
  state->path = path;
  Scope all{"all", {}};
  std::vector<Scope> groups;
  for (const auto& name : nodes.groups()) groups.push_back({"group:" + name, {}});
  for (Node node = 0; node < nodes.size(); ++node) {
    all.nodes.push_back(node);
    groups[nodes[node].group].nodes.push_back(node);
  }
  state->scopes.push_back(std::move(all));
  for (Scope& group : groups) {
    // No curve is about adversaries.
    const auto honest = [&view](Node node) { return view.honest(node); };
    if (std::any_of(group.nodes.begin(), group.nodes.end(), honest)) state->scopes.push_back(std::move(group));
  }
  for (const Scope& scope : state->scopes) state->known.insert(scope.nodes);
  state->write("time_s,scope,name,value\n");
  return std::unique_ptr<MetricsLog>(new MetricsLog(std::move(state)));
}

void MetricsLog::on_sample(Instant time) {
  State& s = *state_;
  const auto& spans = s.timeline.spans();
  for (; s.spans_seen < spans.size(); ++s.spans_seen) s.add_islands(spans[s.spans_seen]);
  const std::string at = seconds_number(time);
  std::string out;
  std::size_t scopes_with_queues = 0;
  for (const Scope& scope : s.scopes) {
    const Watch::Progress progress = s.watch.progress(scope.nodes);
    s.row(out, at, scope.name, "published", static_cast<double>(progress.published));
    s.row(out, at, scope.name, "processed", progress.processed);
    s.row(out, at, scope.name, "backlog", progress.backlog);
    s.row(out, at, scope.name, "pending", static_cast<double>(progress.pending));
    s.row(out, at, scope.name, "queue_depth", static_cast<double>(progress.queue_depth));
    if (scopes_with_queues++ < kQueueScopes) s.queue_rows(out, at, scope);
    if (progress.mesh_degree) {
      s.row(out, at, scope.name, "mesh_degree", progress.mesh_degree->mean);
      s.row(out, at, scope.name, "mesh_degree_least", progress.mesh_degree->least);
    }
    if (progress.disk_bytes) s.row(out, at, scope.name, "disk_bytes", progress.disk_bytes->mean);
    if (progress.cpu_busy) {
      s.row(out, at, scope.name, "cpu_busy", progress.cpu_busy->mean);
      s.row(out, at, scope.name, "cpu_busy_most", progress.cpu_busy->most);
    }
  }
  const auto wire = s.view.wire();
  for (std::size_t k = 0; wire && wire->by_kind && k < kTrafficKindCount; ++k) {
    const std::string name = "sent_bytes." + std::string(traffic_kind_name(static_cast<TrafficKind>(k)));
    // Whole, so that differences are.
    out.append(at).append(",all,").append(name).append(",").append(std::to_string((*wire->by_kind)[k])).append("\n");
  }
  std::optional<std::uint64_t> apart;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (const auto difference = s.watch.divergence(i)) apart = std::max(apart.value_or(0), *difference);
  }
  if (apart) s.row(out, at, "all", "divergence_messages", static_cast<double>(*apart));
  s.write(out);
}

bool MetricsLog::failed() const { return state_->error.failed(); }

Result<Unit> MetricsLog::close() {
  State& s = *state_;
  LM_CHECK(s.file != nullptr);
  s.error.note(std::fclose(s.file) == 0);
  s.file = nullptr;
  return s.error.result(s.path);
}

}  // namespace lastmile::scenario
