#include "tests/unit/store/world.hpp"

#include <set>

#include "core/crypto/hash.hpp"
#include "core/message/json_tools.hpp"
#include "core/store/consistency.hpp"
#include "core/store/reading.hpp"

namespace lastmile::store::test {

std::string json_text(std::string_view text) {
  std::string out;
  message::append_json_string(out, text);
  return out;
}

namespace {

std::string number(double value) {
  std::string out;
  message::append_json_number(out, value);
  return out;
}

std::string content_text(const Draft& draft) {
  std::string text = "{\"address\":" + json_text(draft.owner.empty() ? draft.sender : draft.owner) +
                     ",\"time\":" + number(kStart + draft.time);
  if (!draft.body.empty()) text += "," + draft.body;
  return text + "}";
}

message::Envelope envelope_of(const Draft& draft, const ItemHash& hash) {
  message::Envelope envelope;
  envelope.sender = draft.sender;
  envelope.chain = *crypto::parse_chain(draft.chain);
  envelope.type = draft.type;
  envelope.item_hash = hash;
  envelope.signature = draft.signature;
  envelope.time_number = kStart + draft.envelope_time.value_or(draft.time);
  envelope.time = *message::wall_of_seconds(envelope.time_number);
  if (!draft.channel.empty()) envelope.channel = draft.channel;
  return envelope;
}

}  // namespace

Made make(const Draft& draft) {
  const std::string text = content_text(draft);
  const ItemHash hash = ItemHash::of(crypto::sha256(text));
  auto envelope = std::make_shared<message::Envelope>(envelope_of(draft, hash));
  envelope->item_type = message::ItemType::inlined;
  envelope->item_content = text;
  auto content = message::parse_inline_content(*envelope);
  if (!content) ADD_FAILURE() << text << ": " << content.error().detail;
  return {{envelope, std::make_shared<message::Content>(content.value()), nullptr}, hash, draft.time};
}

Made make_fetched(const Draft& draft) {
  const std::string text = content_text(draft);
  const ItemHash hash = ItemHash::of(crypto::sha256(text));
  auto envelope = std::make_shared<message::Envelope>(envelope_of(draft, hash));
  envelope->item_type = message::ItemType::storage;
  auto content = message::parse_fetched_content(*envelope, text);
  if (!content) ADD_FAILURE() << text << ": " << content.error().detail;
  return {{envelope, std::make_shared<message::Content>(content.value()), std::make_shared<std::string>(text)},
          hash,
          draft.time};
}

std::shared_ptr<const message::Envelope> tombstone(const Made& made, std::vector<ItemHash> by,
                                                   std::optional<ItemHash> with) {
  auto envelope = std::make_shared<message::Envelope>(*made.message.envelope);
  envelope->item_content.reset();
  envelope->forgotten_by = std::move(by);
  envelope->forgotten_with = with;
  return envelope;
}

ItemHash file_hash(int number) { return ItemHash::of(crypto::sha256("file " + std::to_string(number))); }

Made post(std::string_view sender, double time, std::string_view text, std::string_view type) {
  Draft draft;
  draft.sender = sender;
  draft.time = time;
  draft.body = "\"type\":" + json_text(type) + ",\"content\":" + json_text(text);
  return make(draft);
}

Made amend(std::string_view sender, double time, const ItemHash& original, std::string_view text) {
  Draft draft;
  draft.sender = sender;
  draft.time = time;
  draft.body = "\"type\":\"amend\",\"ref\":" + json_text(original.view()) + ",\"content\":" + json_text(text);
  return make(draft);
}

Made aggregate(std::string_view owner, double time, std::string_view key, std::string_view object) {
  Draft draft;
  draft.type = Type::AGGREGATE;
  draft.sender = owner;
  draft.time = time;
  draft.body = "\"key\":" + json_text(key) + ",\"content\":" + std::string(object);
  return make(draft);
}

Made store_file(std::string_view sender, double time, int file, std::string_view ref, std::string_view payment) {
  Draft draft;
  draft.type = Type::STORE;
  draft.sender = sender;
  draft.time = time;
  draft.body = "\"item_type\":\"storage\",\"item_hash\":" + json_text(file_hash(file).view());
  if (!ref.empty()) draft.body += ",\"ref\":" + json_text(ref);
  if (!payment.empty()) draft.body += ",\"payment\":{\"type\":" + json_text(payment) + "}";
  return make(draft);
}

Made forget(std::string_view sender, double time, const std::vector<ItemHash>& hashes,
            const std::vector<std::string>& keys) {
  Draft draft;
  draft.type = Type::FORGET;
  draft.sender = sender;
  draft.time = time;
  std::string list;
  for (const ItemHash& hash : hashes) list += (list.empty() ? "" : ",") + json_text(hash.view());
  draft.body = "\"hashes\":[" + list + "]";
  list.clear();
  for (const std::string& key : keys) list += (list.empty() ? "" : ",") + json_text(key);
  if (!keys.empty()) draft.body += ",\"aggregates\":[" + list + "]";
  return make(draft);
}

Made grant(std::string_view owner, double time, const std::vector<std::string>& to) {
  std::string list;
  for (const std::string& address : to)
    list += (list.empty() ? "" : ",") + ("{\"address\":" + json_text(address) + "}");
  return aggregate(owner, time, "security", "{\"authorizations\":[" + list + "]}");
}

Made program(const ProgramDraft& d) {
  Draft draft;
  draft.type = Type::PROGRAM;
  draft.sender = d.sender;
  draft.time = d.time;
  const std::string latest = d.use_latest ? "true" : "false";
  const std::string code = json_text(d.code.value_or(file_hash(0)).view());
  const std::string runtime = json_text(d.runtime.value_or(d.code.value_or(file_hash(0))).view());
  draft.body =
      std::string("\"type\":\"vm-function\",\"allow_amend\":") + (d.allow_amend ? "true" : "false") +
      ",\"code\":{\"encoding\":\"zip\",\"entrypoint\":\"main:app\",\"ref\":" + code + ",\"use_latest\":" + latest +
      "},\"runtime\":{\"ref\":" + runtime + ",\"use_latest\":" + latest +
      ",\"comment\":\"\"},\"environment\":{},\"resources\":{\"vcpus\":1,\"memory\":128},\"on\":{\"http\":true" +
      (d.persistent ? ",\"persistent\":true" : "") + "},\"volumes\":" + d.volumes;
  if (!d.replaces.empty()) draft.body += ",\"replaces\":" + json_text(d.replaces);
  if (!d.payment.empty()) draft.body += ",\"payment\":{\"type\":" + json_text(d.payment) + "}";
  return make(draft);
}

Made balances(double time, std::uint64_t height, const std::map<std::string, std::string>& tokens,
              std::string_view chain) {
  Draft draft;
  draft.sender = kBalanceOwner;
  draft.time = time;
  std::string list;
  for (const auto& [address, amount] : tokens) list += (list.empty() ? "" : ",") + json_text(address) + ":" + amount;
  draft.body = "\"type\":\"balances-update\",\"content\":{\"chain\":" + json_text(chain) +
               ",\"main_height\":" + std::to_string(height) + ",\"balances\":{" + list + "}}";
  return make(draft);
}

Made credits(double time, const std::map<std::string, int>& amounts) {
  Draft draft;
  draft.sender = kCreditOwner;
  draft.time = time;
  draft.channel = "ALEPH_CREDIT";
  std::string list;
  for (const auto& [address, amount] : amounts) {
    list +=
        (list.empty() ? "" : ",") + ("{\"address\":" + json_text(address) + ",\"amount\":" + std::to_string(amount) +
                                     ",\"price\":\"1\",\"tx_hash\":\"0x1\",\"provider\":\"test\"}");
  }
  draft.body =
      "\"type\":\"aleph_credit_distribution\",\"content\":{\"distribution\":{\"token\":\"ALEPH\",\"chain\":"
      "\"ETH\",\"credits\":[" +
      list + "]}}";
  return make(draft);
}

void MoveWatcher::record(const trace::Event& event) {
  ++seen[event.kind];
  if (event.kind != trace::Kind::status_changed) return;
  const auto from = static_cast<Status>(event.a);
  const auto to = static_cast<Status>(event.b);
  EXPECT_TRUE(message::legal_move(from, to))
      << event.item << ": " << message::status_text(from) << " -> " << message::status_text(to);
  Status& known = status[std::string(event.item)];
  EXPECT_EQ(known, from) << event.item;
  known = to;
}

StoreOptions free_world() {
  StoreOptions options;
  options.charge = false;
  options.payment_rules.old_messages_free = false;
  return options;
}

StoreOptions paying_world() {
  StoreOptions options;
  options.payment_rules.old_messages_free = false;
  options.payment_rules.small_store_bytes = 0;
  options.credit_rules.migration_before = {};
  return options;
}

StoreOptions dated_world() {
  StoreOptions options = paying_world();
  options.payment_rules.old_messages_free = true;
  return options;
}

Node::Node(StoreOptions options_in) : options(std::move(options_in)), disk(std::make_unique<MemoryDisk>()) { reopen(); }

void Node::reopen() {
  store.reset();
  auto opened = Store::open(*disk, options, watcher);
  if (!opened) ADD_FAILURE() << opened.error().text;
  store = std::move(opened).value();
}

void Node::know_statuses() {
  watcher.status.clear();
  for (const Status status : message::kAllStatuses) {
    if (status == Status::none) continue;
    const auto rows = view().received({.status = status, .start = {}, .end = {}}, {.per_page = 0, .after = {}});
    if (!rows) ADD_FAILURE() << rows.error().text;
    for (const auto& row : rows->items) watcher.status[row.hash.text()] = status;
  }
}

Outcome Node::accept(const Made& made, Wall when) {
  watcher.may_begin_again(made, status(made));
  auto outcome = store->accept(made.message, when);
  if (!outcome) ADD_FAILURE() << outcome.error().text;
  return std::move(outcome).value();
}

Outcome Node::accept(const Made& made, const Confirmation& confirmation) {
  watcher.may_begin_again(made, status(made));
  auto outcome = store->accept(made.message, now, &confirmation);
  if (!outcome) ADD_FAILURE() << outcome.error().text;
  return std::move(outcome).value();
}

void Node::accept_unfetched(const Made& made) {
  watcher.may_begin_again(made, status(made));
  EXPECT_TRUE(store->accept_unfetched(made.message.envelope, now).ok());
}

Outcome Node::tombstone(std::shared_ptr<const message::Envelope> envelope) {
  auto outcome = store->accept_tombstone(std::move(envelope), now);
  if (!outcome) ADD_FAILURE() << outcome.error().text;
  return std::move(outcome).value();
}

void Node::file(int number, std::uint64_t bytes) {
  EXPECT_TRUE(store->file_arrived(file_hash(number), bytes, false, now).ok());
}

void Node::write(const ItemHash& file, std::uint64_t bytes, Store::Keep keep) {
  const auto put = store->put_file(file, Bytes(bytes, 7), keep, now,
                                   [](const Result<Store::Written>& written) { EXPECT_TRUE(written.ok()); });
  EXPECT_TRUE(put.ok());
}

TickOutcome Node::tick(Wall when) {
  now = when;
  auto outcome = store->tick(when);
  if (!outcome) ADD_FAILURE() << outcome.error().text;
  return std::move(outcome).value();
}

void Node::finish() {
  while (tick(now).unfinished) {
  }
}

Status Node::status(const ItemHash& hash) const { return view().status(hash).value(); }

std::optional<ErrorCode> Node::code(const ItemHash& hash) const {
  const auto row = view().message(hash).value();
  return row ? row->code : std::nullopt;
}

std::vector<ItemHash> Node::forgotten_by(const ItemHash& hash) const {
  const auto row = view().message(hash).value();
  return row ? row->forgotten_by : std::vector<ItemHash>{};
}

std::vector<Confirmation> Node::confirmations(const ItemHash& hash) const {
  const auto row = view().message(hash).value();
  return row ? row->confirmations : std::vector<Confirmation>{};
}

std::string Node::aggregate(std::string_view owner, std::string_view key) const {
  const auto rows = view().aggregates(owner, {std::string(key)}).value();
  return rows.empty() ? "" : rows.front().content;
}

std::string Node::signer(const ItemHash& hash) const {
  const auto row = view().message(hash).value();
  return row ? row->envelope.sender : "";
}

std::string Node::post(const ItemHash& original) const {
  const auto row = view().post(original).value();
  return row ? row->content : "";
}

Hash256 Node::digest() const { return store->state_digest(now).value(); }

void Node::check_tables() const {
  EXPECT_EQ(store->state_sum(), store->recomputed_state_sum().value());
  const Consistency checked =
      check_consistency(disk->latest(), store->options(), [](const KnownFile&) {}, [] { return true; });
  EXPECT_EQ(checked.state_sum, store->state_sum());
  EXPECT_EQ(checked.problem_count, 0U) << checked.problems.front();
  std::set<std::string> expected;
  const Source source(disk->latest());
  for (Scan scan = source.scan(Key(Table::entry).text()); scan.valid(); scan.next()) {
    const ItemHash hash = hash_at(scan.key(), 1);
    const Entry entry = *read_entry(scan.value());
    for (const std::string& dependency : entry.dependencies) {
      const auto kind = static_cast<Kind>(dependency.front());
      EXPECT_TRUE(entry.authentic && entry.status != Status::removed) << hash.view();
      EXPECT_TRUE(entry.status != Status::forgotten || kind == Kind::message ||
                  (entry.copied && kind == Kind::security))
          << hash.view();
      EXPECT_TRUE(entry.waiting() || kind != Kind::file) << hash.view();
      expected.insert(keys::of_name(Table::dependant, dependency, entry.content_time, hash));
    }
  }
  std::set<std::string> found;
  for (Scan scan = source.scan(Key(Table::dependant).text()); scan.valid(); scan.next()) found.emplace(scan.key());
  EXPECT_EQ(found, expected);
}

std::size_t Node::dependants(std::optional<Kind> kind) const {
  const Source source(disk->latest());
  std::size_t count = 0;
  const std::string prefix = keys::under(Table::dependant, kind ? keys::dependency(*kind, {}) : std::string());
  for (Scan scan = source.scan(prefix); scan.valid(); scan.next()) ++count;
  return count;
}

}  // namespace lastmile::store::test
