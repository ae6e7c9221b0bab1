// The commands of the admin socket. Names and fields: real/ops/README.md.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/crypto/base64.hpp"
#include "real/ops/admin_request.hpp"
#include "real/ops/daemon_state.hpp"

namespace lastmile::real {
namespace {

using Json = AdminServer::Json;
using Reply = AdminServer::Reply;

constexpr std::size_t kHashesMax = 100000;  // of one question
constexpr std::size_t kUploadsMax = 1000;   // with one message

Result<Hashes> hashes_of(const Json& request) {
  if (!request.contains("hashes")) return Error{"hashes: expected a list"};
  const auto hashes = list_field(request, "hashes", kHashesMax);
  if (!hashes.ok()) return hashes.error();
  Hashes list;
  list.reserve(hashes->size());
  for (const Json& one : *hashes) {
    if (!one.is_string()) return Error{"hashes: expected texts"};
    list.push_back(message::ItemHash::parse(one.get_ref<const std::string&>()));
  }
  return list;
}

Json peer_list(node::CoreNode& node, p2p::P2pNetwork& network) {
  Json list = Json::array();
  for (const env::PeerId peer : node.peers().connected()) {
    const auto info = network.info(peer);
    list.push_back({{"identity", network.identity(peer)},
                    {"agent", info.agent},
                    {"connections", info.connections},
                    {"queued_bytes", network.queued_bytes(peer)}});
  }
  return list;
}

Json listen_list(const p2p::P2pNetwork& network) {
  Json list = Json::array();
  for (const auto& address : network.listen_addresses()) list.push_back(address.text());
  return list;
}

Json queue_table(node::CoreNode& node) {
  Json table = Json::object();
  for (std::size_t i = 0; i < trace::kQueueCount; ++i) {
    const auto queue = static_cast<trace::Queue>(i);
    const node::QueueGauge gauge = node.queue(queue);
    const std::optional<Duration> oldest = node.oldest(queue);
    table[std::string(trace::queue_name(queue))] = {{"depth", gauge.depth},
                                                    {"peak", gauge.peak},
                                                    {"limit", gauge.limit},
                                                    {"refused", gauge.refused},
                                                    {"oldest_ns", oldest ? Json(oldest->ns) : Json(nullptr)}};
  }
  return table;
}

Json mesh_list(node::CoreNode& node, p2p::P2pNetwork& network) {
  Json list = Json::array();
  if (node.gossip() == nullptr) return list;
  for (const env::PeerId peer : node.gossip()->router().mesh(node.gossip()->topic())) {
    list.push_back(network.identity(peer));
  }
  return list;
}

// The lowest 64 bits: equal for equal states, and different for nearly all others.
std::uint64_t short_sum(const node::CoreNode& node) { return node.store().state_sum().words()[0]; }

Json receipt_json(const node::Receipt& receipt) {
  Json out{{"status", message::status_text(receipt.status)}};
  if (receipt.item_hash.has_value()) out["item_hash"] = receipt.item_hash->view();
  if (receipt.code.has_value()) out["code"] = message::number(*receipt.code);
  if (!receipt.details.empty()) out["details"] = receipt.details;
  return out;
}

Result<std::vector<node::Upload>> uploads_of(const Json& request) {
  std::vector<node::Upload> uploads;
  const auto list = list_field(request, "uploads", kUploadsMax);
  if (!list.ok()) return list.error();
  for (const Json& one : *list) {
    const auto hash = text_field(one, "hash");
    const auto text = text_field(one, "base64");
    const auto file = hash.ok() ? message::ItemHash::parse(*hash) : std::nullopt;
    auto bytes = text.ok() ? crypto::base64_decode(*text) : std::nullopt;
    if (!file.has_value() || !bytes.has_value()) return Error{"uploads: expected a hash and base64 text"};
    uploads.push_back({*file, std::string(as_text(*bytes))});
  }
  return uploads;
}

struct Answer final : env::JobOutput {
  explicit Answer(Result<Json> a) : json(std::move(a)) {}
  Result<Json> json;
};

// Codes of the chains that have it in a final block.
Result<Json> final_chains(const store::View& view, const message::ItemHash& hash) {
  const auto row = view.message(hash);
  if (!row.ok()) return row.error();
  Json codes = Json::array();
  if (!row->has_value()) return codes;
  for (const store::Confirmation& confirmation : (*row)->confirmations) {
    if (confirmation.final) codes.push_back(confirmation.chain);
  }
  return codes;
}

struct StatusDetails {
  bool readable = false;
  bool confirmed = false;
};

Result<Json> statuses_of(const store::View& view, const Hashes& hashes, StatusDetails wanted) {
  Json statuses = Json::array(), readable = Json::array(), confirmed = Json::array();
  for (const auto& hash : hashes) {
    const auto status = hash.has_value() ? view.status(*hash) : Result<message::Status>(message::Status::none);
    if (!status.ok()) return status.error();
    statuses.push_back(message::status_text(*status));
    if (wanted.readable) readable.push_back(hash.has_value() && node::readable(view, *hash));
    if (!wanted.confirmed) continue;
    auto codes = hash.has_value() ? final_chains(view, *hash) : Result<Json>(Json::array());
    if (!codes.ok()) return codes.error();
    confirmed.push_back(*std::move(codes));
  }
  Json out{{"statuses", std::move(statuses)}};
  if (wanted.readable) out["readable"] = std::move(readable);
  if (wanted.confirmed) out["confirmed"] = std::move(confirmed);
  return out;
}

Result<Json> signatures_of(const store::View& view, const Hashes& hashes) {
  Json list = Json::array();
  for (const auto& hash : hashes) {
    const auto row = hash.has_value() ? view.message(*hash) : Result(std::optional<store::MessageRow>());
    if (!row.ok()) return row.error();
    const auto& found = *row;
    if (!found.has_value()) {
      list.push_back(nullptr);
      continue;
    }
    const message::Envelope& envelope = found->envelope;
    list.push_back({{"sender", envelope.sender}, {"signature", envelope.signature.value_or("")}});
  }
  return Json{{"signatures", std::move(list)}};
}

}  // namespace

// A hundred thousand reads: off the loop, on a snapshot.
void Daemon::State::ask_about(const Json& request, Reply reply,
                              Callback<Result<Json>(const store::View&, const Hashes&)> read) {
  constexpr Duration kCostOfOne = microseconds(5);
  auto hashes = hashes_of(request);
  if (!hashes.ok()) return reply(hashes.error());
  const Duration cost = kCostOfOne * static_cast<std::int64_t>(hashes->size());
  auto shared = std::make_shared<Reply>(std::move(reply));
  const bool taken = node->query(
      cost,
      [hashes = *std::move(hashes), read = std::move(read)](const store::View& view) mutable -> env::JobResult {
        return std::make_shared<const Answer>(read(view, hashes));
      },
      [shared](const env::JobResult& result) { (*shared)(static_cast<const Answer&>(*result).json); });
  if (!taken) (*shared)(Error{"too many questions are being answered"});
}

void Daemon::State::add_commands() {
  admin->add("status", "what this node is and how it does", [this](const Json&, Reply reply) {
    const p2p::P2pNetwork::Figures traffic = network->figures();
    reply(Json{{"version", version},
               {"identity", network->own_identity()},
               {"listen", listen_list(*network)},
               {"data", data.path().string()},
               {"uptime_seconds", (clock.now() - started).ns / 1000000000},
               {"peers", node->peers().connected().size()},
               {"held", node->store().held_total().count},
               {"pending", node->pending()},
               {"bytes_in", traffic.bytes_in},
               {"bytes_out", traffic.bytes_out},
               {"disk", disk_state_name(disk_state)},
               {"disk_free_bytes", disk_free_bytes},
               {"stopping", stop_by.has_value()}});
  });
  admin->add("publish", "hands a signed message in: envelope (text), uploads [{hash, base64}]; answers when durable",
             [this](const Json& request, Reply reply) {
               if (stop_by.has_value()) return reply(Error{"this node is stopping"});
               const auto envelope = text_field(request, "envelope");
               if (!envelope.ok()) return reply(envelope.error());
               auto uploads = uploads_of(request);
               if (!uploads.ok()) return reply(std::move(uploads).error());
               ++receipts_owed;
               node->publish(*envelope, *std::move(uploads),
                             [this, reply = std::move(reply)](const node::Receipt& receipt) mutable {
                               --receipts_owed;
                               reply(receipt_json(receipt));
                             });
             });
  admin->add("message", "one message by hash: status, owner, content", [this](const Json& request, Reply reply) {
    const auto text = text_field(request, "hash");
    const auto hash = text.ok() ? message::ItemHash::parse(*text) : std::nullopt;
    if (!hash.has_value()) return reply(Error{"hash: expected an item hash"});
    const auto row = node->view().message(*hash);
    if (!row.ok()) return reply(row.error());
    if (!row->has_value()) return reply(Json{{"status", "none"}});
    Json out{{"status", message::status_text((*row)->status)},
             {"sender", (*row)->envelope.sender},
             {"signature", (*row)->envelope.signature.value_or("")},
             {"owner", (*row)->owner},
             {"readable", node->readable(*hash)},
             {"content", (*row)->content}};
    if ((*row)->code.has_value()) out["code"] = message::number(*(*row)->code);
    reply(std::move(out));
  });
  admin->add(
      "statuses",
      "status of many messages: hashes []; with readable true also whether their content can be read, with confirmed "
      "true also the codes of chains that have them in a final block",
      [this](const Json& request, Reply reply) {
        const auto with_readable = flag_field(request, "readable", false);
        if (!with_readable.ok()) return reply(with_readable.error());
        const auto with_confirmed = flag_field(request, "confirmed", false);
        if (!with_confirmed.ok()) return reply(with_confirmed.error());
        ask_about(request, std::move(reply),
                  [wanted = StatusDetails{*with_readable, *with_confirmed}](
                      const store::View& view, const Hashes& hashes) { return statuses_of(view, hashes, wanted); });
      });
  admin->add("signatures", "sender and signature of many messages: hashes []; null for those that are not there",
             [this](const Json& request, Reply reply) { ask_about(request, std::move(reply), &signatures_of); });
  admin->add("state", "digest of what users can read, at \"at_ns\" (UTC, default now), and its quick sum",
             [this](const Json& request, Reply reply) {
               const auto at_ns = whole_field(request, "at_ns", clock.wall().ns);
               if (!at_ns.ok()) return reply(at_ns.error());
               const Wall at{*at_ns};
               const auto digest = node->store().state_digest(at);
               if (!digest.ok()) return reply(digest.error());
               reply(Json{{"digest", digest->hex()}, {"sum", short_sum(*node)}, {"at_ns", at.ns}});
             });
  admin->add("queues", "depth, peak, limit, refusals and longest wait of every queue",
             [this](const Json&, Reply reply) { reply(queue_table(*node)); });
  admin->add("peers", "who is connected", [this](const Json&, Reply reply) { reply(peer_list(*node, *network)); });
  admin->add("gauges", "figures for whoever watches this node every second", [this](const Json&, Reply reply) {
    const auto disk_figures = disk->figures();
    const gossip::Statistics gossiped =
        node->gossip() == nullptr ? gossip::Statistics{} : node->gossip()->router().statistics();
    reply(Json{{"held", node->store().held_total().count},
               {"pending", node->pending()},
               {"sum", short_sum(*node)},
               {"queues", queue_table(*node)},
               {"peers", node->peers().connected().size()},
               {"mesh", mesh_list(*node, *network)},
               {"bytes_out", network->figures().bytes_out},
               {"message_bytes_out", gossiped.message_bytes_sent},
               {"gossip_repeats", gossiped.duplicates},
               {"commits", disk_figures.commits},
               {"syncs", disk_figures.syncs}});
  });
  admin->add("trace", "the file of typed events", [this](const Json&, Reply reply) {
    if (trace_file == nullptr) return reply(Json{{"file", nullptr}});
    reply(Json{{"file", settings.trace_file}, {"lost", trace_file->lost()}});
  });
  admin->add("stop", "ends the node as SIGTERM does", [this](const Json&, Reply reply) {
    reply(Json{{"stopping", true}});
    begin_stop("the command stop");
  });
}

}  // namespace lastmile::real
