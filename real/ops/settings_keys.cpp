#include "real/ops/settings_keys.hpp"

#include <spdlog/common.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "core/base/nearest.hpp"
#include "real/ops/quantity.hpp"

namespace lastmile::real {
namespace {

constexpr std::string_view kFlag = "true or false";
constexpr std::string_view kCount = "a whole number, not negative";
constexpr std::string_view kSize = "a size such as \"64MiB\"";
constexpr std::string_view kLength = "a length of time such as \"250ms\" or \"1h30min\"";
constexpr std::string_view kText = "a text";
constexpr std::string_view kListen =
    "a list of multiaddrs of /ip4 or /ip6 and /tcp, and /ws for browsers, such as \"/ip4/0.0.0.0/tcp/4025\"";
constexpr std::string_view kAddresses = "a list of multiaddrs such as \"/dns4/node.example.org/tcp/443/wss\"";
constexpr std::string_view kPeers =
    "a list of multiaddrs that can be dialled such as \"/ip4/192.0.2.7/tcp/4025/p2p/12D3KooW...\"";
constexpr std::string_view kCorrectedOnly =
    "\"corrected\" (the reference's behaviour is not to be had: docs/decisions/0124)";
constexpr std::string_view kSwitch = "\"corrected\" or \"as_reference\"";

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::optional<std::uint64_t> number_of(const SettingValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    if (*number < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*number);
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (failed != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return number;
}

// The member of Settings that a key sets, found by a function so that nested ones work too.
template <class T>
using Place = std::function<T&(Settings&)>;
template <class T>
const T& look(const Place<T>& place, const Settings& settings) {
  return place(const_cast<Settings&>(settings));  // only read
}

SettingKey flag_key(std::string_view name, std::string_view about, const Place<bool>& place) {
  return {{name, kFlag, about},
          [place](Settings& settings, const SettingValue& value) {
            const auto* direct = std::get_if<bool>(&value);
            const auto* text = std::get_if<std::string>(&value);
            if (direct == nullptr && (text == nullptr || (*text != "true" && *text != "false"))) return false;
            place(settings) = direct != nullptr ? *direct : *text == "true";
            return true;
          },
          [place](const Settings& settings) { return look(place, settings) ? "true" : "false"; }};
}

template <class Number>
SettingKey count_key(std::string_view name, std::string_view about, const Place<Number>& place) {
  return {{name, kCount, about},
          [place](Settings& settings, const SettingValue& value) {
            const auto number = number_of(value);
            if (!number.has_value() || *number > static_cast<std::uint64_t>(std::numeric_limits<Number>::max()))
              return false;
            place(settings) = static_cast<Number>(*number);
            return true;
          },
          [place](const Settings& settings) { return std::to_string(look(place, settings)); }};
}

SettingKey size_key(std::string_view name, std::string_view about, const Place<std::size_t>& place) {
  return {{name, kSize, about},
          [place](Settings& settings, const SettingValue& value) {
            auto bytes = number_of(value);
            if (const auto* text = std::get_if<std::string>(&value)) bytes = parse_size(*text);
            if (!bytes.has_value()) return false;
            place(settings) = *bytes;
            return true;
          },
          [place](const Settings& settings) { return in_quotes(size_text(look(place, settings))); }};
}

SettingKey length_key(std::string_view name, std::string_view about, const Place<Duration>& place) {
  return {{name, kLength, about},
          [place](Settings& settings, const SettingValue& value) {
            const auto* text = std::get_if<std::string>(&value);
            const auto parsed = text == nullptr ? std::nullopt : parse_duration(*text);
            if (!parsed.has_value()) return false;
            place(settings) = *parsed;
            return true;
          },
          [place](const Settings& settings) { return in_quotes(duration_text(look(place, settings))); }};
}

SettingKey text_key(std::string_view name, std::string_view about, const Place<std::string>& place,
                    const std::vector<std::string>& allowed = {}, std::string_view expected = kText) {
  return {{name, expected, about},
          [place, allowed](Settings& settings, const SettingValue& value) {
            const auto* given = std::get_if<std::string>(&value);
            if (given == nullptr) return false;
            if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), *given) == allowed.end()) return false;
            place(settings) = *given;
            return true;
          },
          [place](const Settings& settings) { return in_quotes(look(place, settings)); }};
}

// Where we can listen: a number, TCP, and perhaps WebSocket on it.
bool is_listen_address(std::string_view text) {
  const auto address = p2p::Multiaddr::parse(text);
  const auto target = address.ok() ? p2p::dial_target(*address) : std::nullopt;
  return target && !target->peer && !target->tls &&
         (target->host_kind == p2p::AddressPart::ip4 || target->host_kind == p2p::AddressPart::ip6);
}

bool is_multiaddr(std::string_view text) { return p2p::Multiaddr::parse(text).ok(); }

// A multiaddr, which says what it lacks better than "identity@" before it.
bool is_peer_address(std::string_view text) { return text.starts_with('/') && p2p::is_dial_address(text); }

// An IP address in numbers, or nothing.
SettingKey source_key(std::string_view name, std::string_view about, const Place<std::string>& place) {
  return {{name, "an IP address such as \"192.0.2.7\", or \"\"", about},
          [place](Settings& settings, const SettingValue& value) {
            const auto* given = std::get_if<std::string>(&value);
            if (given == nullptr) return false;
            const std::string family = given->find(':') == std::string::npos ? "/ip4/" : "/ip6/";
            if (!given->empty() && !is_multiaddr(family + *given)) return false;
            place(settings) = *given;
            return true;
          },
          [place](const Settings& settings) { return in_quotes(look(place, settings)); }};
}

// As the chains write them; what nobody signs with is never seen.
bool is_signer_address(std::string_view text) {
  constexpr std::size_t kAddressMax = 128;
  return !text.empty() && text.size() <= kAddressMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; });
}

bool is_ip_address(std::string_view text) {
  return is_multiaddr((text.find(':') == std::string_view::npos ? "/ip4/" : "/ip6/") + std::string(text));
}

// "127.0.0.1:4024" or "[::1]:4024".
bool is_tcp_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  std::string_view host = text.substr(0, colon);
  const bool brackets = host.starts_with('[') && host.ends_with(']');
  if (brackets) host = host.substr(1, host.size() - 2);
  if (brackets != (host.find(':') != std::string_view::npos)) return false;
  return is_ip_address(host) && is_multiaddr("/ip4/127.0.0.1/tcp/" + std::string(text.substr(colon + 1)));
}

// An address and port to listen on, or nothing.
SettingKey address_key(std::string_view name, std::string_view about, const Place<std::string>& place) {
  return {{name, "an address such as \"127.0.0.1:4024\", or \"\" to listen nowhere", about},
          [place](Settings& settings, const SettingValue& value) {
            const auto* given = std::get_if<std::string>(&value);
            if (given == nullptr || (!given->empty() && !is_tcp_address(*given))) return false;
            place(settings) = *given;
            return true;
          },
          [place](const Settings& settings) { return in_quotes(look(place, settings)); }};
}

// A list of texts; in the environment and in flags separated by commas.
SettingKey list_key(std::string_view name, std::string_view expected, std::string_view about,
                    bool (*is_good)(std::string_view), const Place<std::vector<std::string>>& place) {
  return {{name, expected, about},
          [place, is_good](Settings& settings, const SettingValue& value) {
            std::vector<std::string> list;
            if (const auto* given = std::get_if<std::vector<std::string>>(&value)) {
              list = *given;
            } else if (const auto* joined = std::get_if<std::string>(&value)) {
              for (std::size_t begin = 0; begin < joined->size();) {
                const std::size_t end = std::min(joined->find(',', begin), joined->size());
                if (end > begin) list.push_back(joined->substr(begin, end - begin));
                begin = end + 1;
              }
            } else {
              return false;
            }
            if (!std::all_of(list.begin(), list.end(), is_good)) return false;
            place(settings) = std::move(list);
            return true;
          },
          [place](const Settings& settings) {
            std::string out = "[";
            for (const std::string& one : look(place, settings)) out += (out.size() > 1 ? ", " : "") + in_quotes(one);
            return out + "]";
          }};
}

SettingKey seed() {
  return {{"node.random_seed", kCount, "seed of the random streams, for tests; without it they come from the system"},
          [](Settings& settings, const SettingValue& value) {
            const auto number = number_of(value);
            if (number.has_value()) settings.random_seed = number;
            return number.has_value();
          },
          [](const Settings& settings) { return std::to_string(settings.random_seed.value_or(0)); }};
}

SettingKey log_format() {
  return {{"log.format", "\"text\" or \"json\"", "how a line of the log looks"},
          [](Settings& settings, const SettingValue& value) {
            const auto* given = std::get_if<std::string>(&value);
            if (given == nullptr || (*given != "text" && *given != "json")) return false;
            settings.log_format = *given == "json" ? LogFormat::json : LogFormat::text;
            return true;
          },
          [](const Settings& settings) { return settings.log_format == LogFormat::json ? "\"json\"" : "\"text\""; }};
}

SettingKey protocol_switch(std::string_view name, const message::SwitchPoint& point) {
  const auto member = point.member;
  const bool both = point.offers(message::Behaviour::as_reference);
  return {{name, both ? kSwitch : kCorrectedOnly, "a point where the reference and a correct node differ"},
          [member, both](Settings& settings, const SettingValue& value) {
            const auto* given = std::get_if<std::string>(&value);
            const auto behaviour = given == nullptr ? std::nullopt : message::parse_behaviour(*given);
            if (!behaviour.has_value() || (!both && *behaviour == message::Behaviour::as_reference)) return false;
            settings.switches.*member = *behaviour;
            return true;
          },
          [member](const Settings& settings) { return in_quotes(message::behaviour_text(settings.switches.*member)); }};
}

#define LM_PLACE(type, expression) Place<type>([](Settings& s) -> type& { return s.expression; })

std::vector<SettingKey> make_table() {
  std::vector<SettingKey> keys;
  const auto add = [&](SettingKey key) { keys.push_back(std::move(key)); };
  add(list_key("p2p.listen", kListen, "where peers connect to; empty = nowhere", is_listen_address,
               LM_PLACE(std::vector<std::string>, listen)));
  add(list_key("p2p.announce", kAddresses, "addresses that peers are told instead of those", is_multiaddr,
               LM_PLACE(std::vector<std::string>, announce)));
  add(source_key("p2p.source_address", "address that outgoing connections come from; empty = the system's choice",
                 LM_PLACE(std::string, source_address)));
  add(list_key("p2p.peers", kPeers, "peers to keep connected", is_peer_address,
               LM_PLACE(std::vector<std::string>, peers)));
  add(flag_key("p2p.early_muxer", "offer the multiplexer inside the handshake", LM_PLACE(bool, early_muxer)));
  add(count_key("p2p.connections_max", "open connections", LM_PLACE(std::size_t, network.connections_max)));
  add(count_key("p2p.upgrades_max", "accepted connections that have not proven who they are",
                LM_PLACE(std::size_t, network.upgrades_max)));
  add(count_key("p2p.upgrades_per_ip_max", "of these, from one IP address",
                LM_PLACE(std::size_t, network.upgrades_per_ip_max)));
  add(size_key("p2p.send_buffer_max", "bytes that wait for one slow peer before it is cut off",
               LM_PLACE(std::size_t, network.send_buffer_max)));
  add(size_key("p2p.receive_buffer_max", "bytes of messages of all peers that are not all there yet",
               LM_PLACE(std::size_t, network.receive_buffer_max)));
  add(length_key("p2p.upgrade_timeout", "until a peer must have proven who it is",
                 LM_PLACE(Duration, network.upgrade_timeout)));
  add(length_key("p2p.stream_timeout", "until a stream must have said what it is for",
                 LM_PLACE(Duration, network.stream_timeout)));
  add(length_key("p2p.keepalive", "silence of a peer after which we ask whether it is there",
                 LM_PLACE(Duration, network.keepalive)));
  add(length_key("p2p.silence_max", "silence after which a peer is lost", LM_PLACE(Duration, network.silence_max)));
  add(flag_key("roads.gossip", "spread messages by gossip", LM_PLACE(bool, roads.gossip)));
  add(flag_key("roads.reconciliation", "compare what is held with peers", LM_PLACE(bool, roads.reconciliation)));
  add(flag_key("roads.chain", "follow public chains", LM_PLACE(bool, roads.chain)));
  add(flag_key("roads.content_store", "exchange heads of archives", LM_PLACE(bool, roads.content_store)));
  add(list_key("heads.signers", "a list of addresses", "addresses whose heads of archives are always followed",
               is_signer_address, LM_PLACE(std::vector<std::string>, head_signers)));
  add(count_key("limits.inbox_messages", "messages not looked at yet", LM_PLACE(std::size_t, limits.inbox_messages)));
  add(count_key("limits.inbox_messages_per_source", "of these, from one peer",
                LM_PLACE(std::size_t, limits.inbox_messages_per_source)));
  add(count_key("limits.verify_in_flight", "signatures being checked", LM_PLACE(std::size_t, limits.verify_in_flight)));
  add(count_key("limits.inbox_turn", "messages taken up at once", LM_PLACE(std::size_t, limits.inbox_turn)));
  add(count_key("limits.fetch_wanted", "contents and files being fetched", LM_PLACE(std::size_t, limits.fetch_wanted)));
  add(count_key("limits.fetch_look_at", "waiting messages looked at in one turn to be asked for again",
                LM_PLACE(std::size_t, limits.fetch_look_at)));
  add(count_key("limits.waiting_messages", "valid messages that wait for something",
                LM_PLACE(std::size_t, limits.waiting_messages)));
  add(count_key("limits.retries", "retries of one message", LM_PLACE(int, limits.retries)));
  add(length_key("limits.retry_pause_max", "longest pause between two", LM_PLACE(Duration, limits.retry_pause_max)));
  add(count_key("limits.recent_messages", "gossip repeats dropped without a look",
                LM_PLACE(std::size_t, limits.recent_messages)));
  add(count_key("limits.earlier_copies",
                "gossip copies of one message that waits for its content, each with an earlier time, that are taken",
                LM_PLACE(std::size_t, limits.earlier_copies)));
  add(size_key("limits.gossip_frame_bytes", "largest message that is gossiped",
               LM_PLACE(std::size_t, limits.gossip_frame_bytes)));
  add(count_key("limits.commits_in_flight", "commits not yet durable",
                LM_PLACE(std::size_t, limits.commits_in_flight)));
  add(size_key("limits.peer_queued_bytes", "bytes queued for a peer above which it gets less",
               LM_PLACE(std::size_t, limits.peer_queued_bytes)));
  add(count_key("limits.reconcile_sessions", "reconciliations at once",
                LM_PLACE(std::size_t, limits.reconcile_sessions)));
  add(count_key("limits.reconcile_answers_per_minute", "reconciliations answered to one peer",
                LM_PLACE(std::size_t, limits.reconcile_answers_per_minute)));
  add(count_key("limits.archives_wanted", "archives being fetched", LM_PLACE(std::size_t, limits.archives_wanted)));
  add(count_key("limits.feed_at_once", "messages of one archive or transaction taken in at once",
                LM_PLACE(std::size_t, limits.feed_at_once)));
  add(length_key("intervals.gossip_heartbeat", "between heartbeats of the mesh",
                 LM_PLACE(Duration, intervals.gossip_heartbeat)));
  add(length_key("intervals.reconcile_every", "between reconciliations with a random peer",
                 LM_PLACE(Duration, intervals.reconcile_every)));
  add(length_key("intervals.store_tick", "between looks at what time alone changes",
                 LM_PLACE(Duration, intervals.store_tick)));
  add(length_key("intervals.dial_pause_min", "first pause before a peer is dialled again",
                 LM_PLACE(Duration, intervals.dial_pause_min)));
  add(length_key("intervals.dial_pause_max", "longest such pause", LM_PLACE(Duration, intervals.dial_pause_max)));
  add(length_key("intervals.content_deadline", "for the content of a message",
                 LM_PLACE(Duration, intervals.content_deadline)));
  add(length_key("intervals.fetch_turn", "that a content or file asked for again keeps its place",
                 LM_PLACE(Duration, intervals.fetch_turn)));
  add(length_key("intervals.fetch_look", "between looks at contents and files that found no place",
                 LM_PLACE(Duration, intervals.fetch_look)));
  add(length_key("intervals.request_deadline", "for an answer of a peer",
                 LM_PLACE(Duration, intervals.request_deadline)));
  add(length_key("intervals.archive_every", "between archives of the content store",
                 LM_PLACE(Duration, intervals.archive_every)));
  static const std::vector<std::string> switch_names = [] {
    std::vector<std::string> names;
    for (const auto& point : message::all_switches()) names.push_back("switches." + std::string(point.name));
    return names;
  }();
  for (std::size_t i = 0; i < switch_names.size(); ++i) {
    add(protocol_switch(switch_names[i], message::all_switches()[i]));
  }
  add(size_key("storage.block_cache", "memory for blocks of the database", LM_PLACE(std::size_t, block_cache_bytes)));
  add(size_key("storage.write_buffer", "memory for what was written last", LM_PLACE(std::size_t, write_buffer_bytes)));
  add(count_key("storage.open_files", "files of the database kept open", LM_PLACE(std::size_t, open_files_max)));
  add(flag_key("storage.query_indexes", "keep indexes for people's queries", LM_PLACE(bool, query_indexes)));
  add(size_key("storage.disk_warn", "free room on the disk below which the log warns",
               LM_PLACE(std::size_t, disk_warn_bytes)));
  add(size_key("storage.disk_min", "free room below which nothing new is taken in, and everything served; 0 = never",
               LM_PLACE(std::size_t, disk_min_bytes)));
  add(flag_key("storage.network_file_system", "start although the data folder may lie on another machine",
               LM_PLACE(bool, network_file_system)));
  add(flag_key("economy.charge", "messages that cost something must be paid for", LM_PLACE(bool, charge)));
  add(count_key("node.threads", "threads for signatures and hashes; 0 = one per core", LM_PLACE(std::size_t, threads)));
  add(seed());
  add(text_key("log.level", "least important lines that are shown", LM_PLACE(std::string, log_level),
               {"trace", "debug", "info", "warning", "error", "critical", "off"},
               "one of trace, debug, info, warning, error, critical, off"));
  add(log_format());
  add(text_key("admin.socket", "Unix socket for commands; empty = admin.sock in the data folder",
               LM_PLACE(std::string, admin_socket)));
  add(address_key("http.listen", "where clients connect to; nothing = no HTTP", LM_PLACE(std::string, http.listen)));
  add(list_key("http.proxies", "a list of IP addresses such as \"127.0.0.1\"",
               "proxies whose X-Forwarded-For is believed", is_ip_address,
               LM_PLACE(std::vector<std::string>, http.proxies)));
  add(count_key("http.connections", "open connections of clients", LM_PLACE(std::size_t, http.limits.connections)));
  add(count_key("http.connections_per_client", "of these, of one address",
                LM_PLACE(std::size_t, http.limits.connections_per_client)));
  add(count_key("http.requests_per_second", "requests of one client, on average; 0 = no limit",
                LM_PLACE(std::size_t, http.limits.requests_per_second)));
  add(count_key("http.request_burst", "requests of one client at once",
                LM_PLACE(std::size_t, http.limits.request_burst)));
  add(length_key("http.header_timeout", "until a request's header must be here",
                 LM_PLACE(Duration, http.limits.header_timeout)));
  add(length_key("http.body_timeout", "without progress of a body or an answer",
                 LM_PLACE(Duration, http.limits.body_timeout)));
  add(size_key("http.bodies", "memory for bodies of requests", LM_PLACE(std::size_t, http.limits.bodies_bytes)));
  add(count_key("http.sockets", "open WebSockets", LM_PLACE(std::size_t, http.limits.sockets)));
  add(size_key("http.socket_queue", "bytes that wait for one slow subscriber before he is cut off",
               LM_PLACE(std::size_t, http.limits.socket_queue_bytes)));
  add(count_key("http.ready_peers", "peers without which the node is not ready",
                LM_PLACE(std::size_t, http_ready_peers)));
  add(text_key("trace.file", "typed events of this node are appended here; empty = none",
               LM_PLACE(std::string, trace_file)));
  return keys;
}

#undef LM_PLACE

}  // namespace

const std::vector<SettingKey>& setting_table() {
  static const std::vector<SettingKey> table = make_table();
  return table;
}

const SettingKey* find_setting(std::string_view name) {
  for (const SettingKey& key : setting_table()) {
    if (key.info.name == name) return &key;
  }
  return nullptr;
}

std::string_view nearest_setting(std::string_view name) {
  std::vector<std::string_view> names;
  for (const SettingKey& key : setting_table()) names.push_back(key.info.name);
  return nearest(name, names);
}

}  // namespace lastmile::real
