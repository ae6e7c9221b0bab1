#include "real/http/figures.hpp"

#include "real/http/json_writer.hpp"

namespace lastmile::http {
namespace {

struct Figure {
  std::string_view name;
  std::optional<std::uint64_t> value;  // empty: not known here
};

// Names with their prefix are what dashboards look for. Empty ones are told as null.
std::vector<Figure> figures_of(const Api& api) {
  const node::CoreNode& node = api.node();
  const store::Store::Counts& counts = node.store().counts();
  const ServerFigures server = api.options().server_figures();
  const std::optional<std::uint64_t> unknown;
  return {
      {"pyaleph_status_peers_total", node.peers().connected().size()},
      {"pyaleph_status_sync_messages_total", counts.processed},
      {"pyaleph_status_sync_permanent_files_total", unknown},
      {"pyaleph_status_sync_pending_messages_total", counts.pending},
      {"pyaleph_status_sync_pending_txs_total", node.queue(trace::Queue::chain_archives).depth},
      {"pyaleph_status_chain_eth_last_committed_height", unknown},
      {"pyaleph_status_chain_eth_height_reference_total", unknown},
      {"pyaleph_status_chain_eth_height_remaining_total", unknown},
      {"pyaleph_status_sync_messages_reference_total", unknown},
      {"pyaleph_status_sync_messages_remaining_total", unknown},
      {"pyaleph_processing_pending_messages_tasks_total", node.queue(trace::Queue::verify).depth},
      {"pyaleph_processing_pending_messages_seen_ids_total", unknown},
      {"pyaleph_processing_pending_messages_action_total", unknown},
      {"pyaleph_processing_pending_messages_aggregate_tasks", 0},
      {"pyaleph_processing_pending_messages_forget_tasks", 0},
      {"pyaleph_processing_pending_messages_post_tasks", 0},
      {"pyaleph_processing_pending_messages_program_tasks", 0},
      {"pyaleph_processing_pending_messages_store_tasks", 0},
      {"pyaleph_ws_messages_connections_active", server.sockets},
      {"pyaleph_ws_messages_connections_max", api.options().limits.sockets},
      {"pyaleph_ws_messages_connections_rejected_total", server.sockets_refused},
      {"pyaleph_ws_messages_broadcast_total", unknown},
      {"pyaleph_ws_broadcaster_consumer_restarts_total", 0},
      {"pyaleph_ws_status_connections_active", 0},
      {"pyaleph_ws_status_connections_max", 0},
      {"pyaleph_ws_status_connections_rejected_total", 0},
      {"pyaleph_store_fetch_ipfs_total", 0},
      {"pyaleph_store_fetch_ipfs_failed_total", 0},
      {"pyaleph_store_fetch_ipfs_duration_ms_sum", 0},
      {"pyaleph_store_fetch_storage_total", unknown},
      {"pyaleph_store_fetch_storage_failed_total", unknown},
      {"pyaleph_store_fetch_storage_duration_ms_sum", unknown},
  };
}

constexpr std::string_view kNoPython = "none";

void line(std::string& out, std::string_view name, std::string_view labels, std::uint64_t value) {
  out.append(name);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(std::to_string(value)).append("\n");
}

std::string label(std::string_view name, std::string_view value) {
  return std::string(name) + "=\"" + std::string(value) + "\"";
}

// Labels from closed sets only.
void append_own(std::string& out, const Api& api) {
  const node::CoreNode& node = api.node();
  const store::Store::Counts& counts = node.store().counts();
  line(out, "lastmile_build_info", label("version", api.options().version), 1);
  line(out, "lastmile_peers", {}, node.peers().connected().size());
  line(out, "lastmile_held_messages", {}, node.store().held_total().count);
  line(out, "lastmile_messages", label("status", "processed"), counts.processed);
  line(out, "lastmile_messages", label("status", "pending"), counts.pending);
  line(out, "lastmile_messages", label("status", "rejected"), counts.rejected);
  line(out, "lastmile_messages", label("status", "forgotten"), counts.forgotten);
  line(out, "lastmile_messages", label("status", "removed"), counts.removed);
  for (std::size_t i = 0; i < trace::kQueueCount; ++i) {
    const auto queue = static_cast<trace::Queue>(i);
    const node::QueueGauge gauge = node.queue(queue);
    const std::string which = label("queue", trace::queue_name(queue));
    line(out, "lastmile_queue_depth", which, gauge.depth);
    line(out, "lastmile_queue_limit", which, gauge.limit);
    line(out, "lastmile_queue_refused_total", which, gauge.refused);
  }
  const ServerFigures server = api.options().server_figures();
  line(out, "lastmile_http_connections", {}, server.connections);
  line(out, "lastmile_http_connections_refused_total", {}, server.connections_refused);
  line(out, "lastmile_http_requests_limited_total", {}, server.requests_limited);
  line(out, "lastmile_http_sockets", {}, server.sockets);
  line(out, "lastmile_http_sockets_cut_total", {}, server.sockets_cut);
  for (const auto& [route_and_status, count] : server.answers) {
    const auto& [route, status] = route_and_status;
    line(out, "lastmile_http_requests_total", label("route", route) + "," + label("code", std::to_string(status)),
         count);
  }
}

}  // namespace

std::string figures_json(const Api& api) {
  JsonWriter json;
  json.open_object().key("pyaleph_build_info").open_object().key("python_version").text(kNoPython);
  json.key("version").text(api.options().version).close_object();
  for (const Figure& figure : figures_of(api)) {
    json.key(figure.name);
    if (figure.value) {
      json.number(*figure.value);
    } else {
      json.null();
    }
  }
  json.close_object();
  return json.take();
}

std::string figures_text(const Api& api) {
  std::string out;
  line(out, "pyaleph_build_info", label("python_version", kNoPython) + "," + label("version", api.options().version),
       1);
  for (const Figure& figure : figures_of(api)) {
    if (figure.value) line(out, figure.name, {}, *figure.value);
  }
  append_own(out, api);
  return out;
}

}  // namespace lastmile::http
