#include "scenarios/engine/folder/event_log.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <unordered_map>

#include "core/base/check.hpp"
#include "core/crypto/chain.hpp"
#include "core/message/error_code.hpp"
#include "core/message/status.hpp"
#include "core/trace/rare_state.hpp"
#include "scenarios/engine/folder/write_error.hpp"
#include "scenarios/engine/text/json.hpp"

namespace lastmile::scenario {
namespace {

constexpr std::size_t kBufferBytes = 1 << 20;
constexpr std::uint64_t kNoChain = 0xffff;  // none of the scenario's

// How a field of a trace event is written: which member, under which name, as which type, in which unit.
struct Field {
  // i = item as message number, t = item as text (last, rest of the payload), a, b, c, k = a as the code of a chain,
  // written as its position.
  char member = ' ';
  std::string_view name;
  std::string_view type;
  std::string_view unit;
};
struct Layout {
  trace::Kind kind;
  bool in_summary;
  std::vector<Field> fields;
};

const std::vector<Layout>& layouts() {
  using K = trace::Kind;
  static const Field message{'i', "message", "u32", "number"};
  static const Field chain{'a', "chain", "u16", "position"};
  static const Field height{'b', "height", "u64", "blocks"};
  static const std::vector<Layout> list{
      {K::node_started, true, {{'a', "incarnation", "u32", ""}}},
      {K::node_crashed, true, {{'a', "incarnation", "u32", ""}}},
      {K::message_published, true, {message, {'a', "size", "u32", "bytes"}}},
      {K::message_acknowledged, true, {message}},
      {K::message_received, false, {message, {'a', "is_new", "u8", ""}}},
      {K::message_processed, true, {message}},
      {K::status_changed,
       true,
       {message,
        {'a', "old_status", "u8", "status"},
        {'b', "new_status", "u8", "status"},
        {'c', "error_code", "i16", ""}}},
      {K::message_confirmed, false, {message, {'k', "chain", "u16", "position"}, height, {'c', "is_final", "u8", ""}}},
      {K::queue_depth,
       false,
       {{'a', "queue", "u8", "queue"}, {'b', "depth", "u32", "messages"}, {'c', "limit", "u32", "messages"}}},
      {K::queue_refused, false, {{'a', "queue", "u8", "queue"}, {'b', "reason", "u16", ""}}},
      {K::reconciled,
       false,
       {{'a', "peer", "u32", ""}, {'b', "rounds", "u16", "round trips"}, {'c', "size", "u64", "bytes"}}},
      {K::anchored, false, {chain, {'b', "messages", "u32", "messages"}}},
      {K::block_applied, true, {chain, height}},
      {K::block_final, true, {chain, height}},
      {K::chain_reorg, true, {chain, {'b', "height_kept", "u64", "blocks"}, {'c', "taken_back", "u32", "blocks"}}},
      {K::content_fetched,
       false,
       {{'a', "size", "u64", "bytes"}, {'b', "matched", "u8", ""}, {'t', "name", "text", ""}}},
      {K::permission_disagreed, false, {message}},
      {K::node_failed, true, {}},
      {K::rare_state, false, {{'a', "state", "u8", "rare state"}}},
  };
  return list;
}

std::size_t width_of(std::string_view type) {
  if (type == "u8") return 1;
  if (type == "u16" || type == "i16") return 2;
  if (type == "u32") return 4;
  return 8;
}

Json field_json(std::string_view name, std::string_view type, std::string_view unit) {
  Json out = Json::object();
  out.set("name", name).set("type", type);
  if (!unit.empty()) out.set("unit", unit);
  return out;
}

Json kind_json(std::uint16_t id, std::string_view name, Json fields) {
  return Json::object().set("id", Json::integer(id)).set("name", name).set("fields", std::move(fields));
}

Json header(const Scenario& scenario, const NodeTable& nodes) {
  Json names = Json::list();
  for (Node node = 0; node < nodes.size(); ++node) names.push(nodes[node].name);
  Json kinds = Json::list();
  for (const Layout& layout : layouts()) {
    Json fields = Json::list();
    for (const Field& field : layout.fields) fields.push(field_json(field.name, field.type, field.unit));
    kinds.push(
        kind_json(static_cast<std::uint16_t>(layout.kind), trace::kind_info(layout.kind).name, std::move(fields)));
  }
  const auto own = [&](LogKind kind, std::string_view name, std::initializer_list<Json> fields) {
    kinds.push(kind_json(static_cast<std::uint16_t>(kind), name, Json::list(Json::List(fields))));
  };
  own(LogKind::message, "message", {field_json("message", "u32", "number"), field_json("item_hash", "text", "")});
  own(LogKind::phase, "phase", {field_json("phase", "u8", "phase")});
  own(LogKind::fault, "fault", {field_json("begins", "u8", ""), field_json("fault", "u32", "fault")});
  own(LogKind::delivered, "delivered",
      {field_json("event", "u8", ""), field_json("source", "u32", ""), field_json("digest", "u64", "")});
  Json statuses = Json::list();
  for (const auto status : message::kAllStatuses) statuses.push(message::status_text(status));
  Json codes = Json::object();
  for (const auto code : message::kAllErrorCodes)
    codes.set(std::to_string(message::number(code)), message::error_text(code));
  Json queues = Json::list();
  for (std::size_t q = 0; q < trace::kQueueCount; ++q) queues.push(trace::queue_name(static_cast<trace::Queue>(q)));
  Json states = Json::list();
  for (std::size_t i = 0; i < trace::kRareStateCount; ++i) {
    states.push(trace::rare_state_info(static_cast<trace::RareState>(i)).name);
  }
  Json phases = Json::list();
  for (const auto name : kPhaseNames) phases.push(name);
  Json faults = Json::list();
  for (const Fault& fault : scenario.faults) faults.push(fault.name);
  Json chains = Json::list();
  for (const ChainSpec& chain : scenario.world.chains) chains.push(chain.name);
  Json out = Json::object();
  out.set("format", Json::integer(1)).set("scenario", scenario.name).set("seed", Json::unsigned_integer(scenario.seed));
  out.set("record", record_text(scenario.record)).set("nodes", std::move(names)).set("kinds", std::move(kinds));
  out.set("statuses", std::move(statuses)).set("queues", std::move(queues)).set("phases", std::move(phases));
  out.set("rare_states", std::move(states)).set("error_codes", std::move(codes));
  return out.set("faults", std::move(faults)).set("chains", std::move(chains));
}

struct HashOfText {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace

struct EventLog::State {
  std::FILE* file = nullptr;
  std::string path;
  Record record = Record::summary;
  WriteError error;
  std::uint64_t records = 0;
  std::array<const Layout*, trace::kKindCount> layout{};
  std::array<std::uint64_t, crypto::kChainCount> position_of_code;  // in the header's list of chains
  std::unordered_map<std::string, std::uint32_t, HashOfText, std::equal_to<>> numbers;
  std::string buffer;

  void append(std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) buffer += static_cast<char>(value >> (8 * i));
  }
  std::uint64_t position(std::uint64_t code) const {
    return code < position_of_code.size() ? position_of_code[static_cast<std::size_t>(code)] : kNoChain;
  }
  void begin(Instant time, Node node, std::uint16_t kind, std::size_t length) {
    append(static_cast<std::uint64_t>(time.ns), 8);
    append(node, 4);
    append(kind, 2);
    append(length, 2);
    ++records;
  }
  std::uint32_t number_of(Instant time, std::string_view item) {
    const auto found = numbers.find(item);
    if (found != numbers.end()) return found->second;
    const auto number = static_cast<std::uint32_t>(numbers.size());
    numbers.emplace(item, number);
    begin(time, kNoNode, static_cast<std::uint16_t>(LogKind::message), 4 + item.size());
    append(number, 4);
    buffer += item;
    return number;
  }
  void flush(bool all) {
    if (buffer.empty() || (!all && buffer.size() < kBufferBytes)) return;
    error.note(std::fwrite(buffer.data(), 1, buffer.size(), file) == buffer.size());
    buffer.clear();
  }
};

EventLog::EventLog(std::unique_ptr<State> state) : state_(std::move(state)) {}
EventLog::~EventLog() {
  if (state_->file != nullptr) std::fclose(state_->file);
}

Result<std::unique_ptr<EventLog>> EventLog::create(const std::string& path, const Scenario& scenario,
                                                   const NodeTable& nodes) {
  auto state = std::make_unique<State>();
  state->file = std::fopen(path.c_str(), "wb");
  if (state->file == nullptr) return cannot_write(path, errno);
  state->path = path;
  state->record = scenario.record;
  state->position_of_code.fill(kNoChain);
  const auto& chains = scenario.world.chains;
  for (std::size_t i = 0; i < chains.size(); ++i) state->position_of_code[static_cast<std::size_t>(chains[i].code)] = i;
  for (const Layout& layout : layouts()) state->layout[static_cast<std::size_t>(layout.kind)] = &layout;
  state->buffer = compact(header(scenario, nodes)) + "\n";
  return std::unique_ptr<EventLog>(new EventLog(std::move(state)));
}

void EventLog::on_event(Instant time, Node node, const trace::Event& event) {
  State& s = *state_;
  const Layout* layout = s.layout[static_cast<std::size_t>(event.kind)];
  if (s.record == Record::none || layout == nullptr || (s.record == Record::summary && !layout->in_summary)) return;
  std::uint32_t number = 0;
  std::size_t length = 0;
  std::string_view text = event.item.substr(0, 255);
  for (const Field& field : layout->fields) {
    if (field.member == 'i') number = s.number_of(time, text);
    length += field.member == 't' ? text.size() : width_of(field.type);
  }
  s.begin(time, node, static_cast<std::uint16_t>(event.kind), length);
  for (const Field& field : layout->fields) {
    switch (field.member) {
      case 'i':
        s.append(number, 4);
        break;
      case 't':
        s.buffer += text;
        break;
      case 'a':
        s.append(event.a, width_of(field.type));
        break;
      case 'k':
        s.append(s.position(event.a), width_of(field.type));
        break;
      case 'b':
        s.append(event.b, width_of(field.type));
        break;
      default:
        s.append(event.c, width_of(field.type));
        break;
    }
  }
  s.flush(false);
}

void EventLog::on_action(const Action& action) {
  State& s = *state_;
  if (s.record == Record::none) return;
  if (action.kind == Action::Kind::phase_started) {
    s.begin(action.time, kNoNode, static_cast<std::uint16_t>(LogKind::phase), 1);
    s.append(static_cast<std::uint64_t>(action.phase), 1);
  } else if (action.kind == Action::Kind::fault_started || action.kind == Action::Kind::fault_ended) {
    s.begin(action.time, kNoNode, static_cast<std::uint16_t>(LogKind::fault), 5);
    s.append(action.kind == Action::Kind::fault_started ? 1 : 0, 1);
    s.append(action.entry, 4);
  }
  s.flush(false);
}

void EventLog::delivered(Instant time, Node node, std::uint8_t kind, std::uint32_t source, std::uint64_t digest) {
  State& s = *state_;
  if (s.record != Record::full) return;
  s.begin(time, node, static_cast<std::uint16_t>(LogKind::delivered), 13);
  s.append(kind, 1);
  s.append(source, 4);
  s.append(digest, 8);
  s.flush(false);
}

bool EventLog::failed() const { return state_->error.failed(); }

Result<Unit> EventLog::close() {
  State& s = *state_;
  LM_CHECK(s.file != nullptr);
  s.flush(true);
  s.error.note(std::fclose(s.file) == 0);
  s.file = nullptr;
  return s.error.result(s.path);
}

std::uint64_t EventLog::records() const { return state_->records; }

}  // namespace lastmile::scenario
