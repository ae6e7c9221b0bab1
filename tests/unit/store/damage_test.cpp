// A disk that gives back something else than was written: an honest error, never a crash. Every kind of record is
// damaged, and every call that reads one is made.
#include <functional>
#include <map>
#include <set>

#include "core/store/layout.hpp"
#include "tests/unit/store/world.hpp"

namespace lastmile::store::test {
namespace {

StoreOptions rich_options() {
  StoreOptions options = paying_world();
  options.anchor_chains = {"ETH"};
  return options;
}

// Holds at least one record of every kind.
struct Rich {
  Rich() : node(rich_options()) {
    node.accept_all({balances(1, 10, {{"0xA", "100000"}, {"0xB", "1000"}}), credits(1, {{"0xA", 1000}})});
    node.accept_all({note, amend("0xA", 2, note, "two"), element, grant("0xA", 1, {"0xB"})});
    node.accept(aggregate("0xA", 4, "gone", R"({"v":1})"));
    node.accept(forget("0xA", 5, {}, {"gone"}));
    node.accept(file);
    node.write(file_hash(1), 100);
    node.write(file_hash(2), 100);
    EXPECT_EQ(node.accept(machine).status, Status::processed);
    EXPECT_EQ(node.accept(make_upgrade()).status, Status::processed);
    EXPECT_EQ(node.accept(far).status, Status::processed);
    node.accept(waiting);
    node.accept(gone);
    node.accept(forget("0xA", 3, {gone}));
    EXPECT_TRUE(node.store->add_confirmations({{note, seen}}, node.now).ok());
    EXPECT_TRUE(node.store->record_rejected(file_hash(7), ErrorCode::invalid_format, "{}", "{\"a\":1}", node.now).ok());
    EXPECT_TRUE(node.store->pin_transaction_file(file_hash(3), "ETH", 5, "0x1", false, node.now).ok());
  }
  Made make_upgrade() const {
    ProgramDraft draft;
    draft.code = file.hash;
    draft.time = 4;
    draft.replaces = machine.hash.text();
    return program(draft);
  }
  static Made make_machine(const Made& file) {
    ProgramDraft draft;
    draft.code = file.hash;
    draft.time = 3;
    return program(draft);
  }
  static Made make_far() {
    Draft draft;
    draft.body = "\"type\":\"note\",\"content\":{\"far\":1}";
    return make_fetched(draft);
  }

  Node node;
  const Made note = post("0xA", 1, "one");
  const Made element = aggregate("0xA", 1, "k", R"({"v":1})");
  const Made file = store_file("0xA", 1, 1);
  const Made machine = make_machine(file);
  const Made far = make_far();
  const Made waiting = amend("0xA", 2, file_hash(9), "lost");
  const Made gone = post("0xA", 1, "gone");
  const Confirmation seen{"ETH", 7, "0xseen", at(5), "0xP", false};
};

// Counts the errors among the answers of everything that a node, a peer or a client may ask.
class Questions {
 public:
  explicit Questions(const Rich& rich) : rich_(rich) {}

  int errors(env::Disk& disk, trace::Sink& sink) {
    errors_ = 0;
    const StoreOptions options = rich_options();
    ask_view(View(disk.latest(), options));
    auto opened = Store::open(disk, options, sink);
    note(opened.ok());
    if (!opened) return errors_;
    Store& store = **opened;
    ask(store);
    for (const auto& change : changes()) {
      // A damaged store answers everything with its first error: each change meets a whole one.
      auto again = Store::open(disk, options, sink);
      note(again.ok());
      if (again) note(change(**again));
    }
    return errors_;
  }

 private:
  void note(bool fine) { errors_ += fine ? 0 : 1; }

  void ask_view(const View& view) {
    const PageRequest all{.per_page = 0, .after = {}};
    for (const Made* made :
         {&rich_.note, &rich_.element, &rich_.file, &rich_.machine, &rich_.far, &rich_.waiting, &rich_.gone}) {
      note(view.message(*made).ok());
      note(view.status(*made).ok());
      note(view.post(*made).ok());
      note(view.cost(*made).ok());
      note(view.current_vm(*made).ok());
      note(view.file_of_message(*made).ok());
    }
    note(view.message(file_hash(7)).ok());
    note(view.messages({}, all).ok());
    MessageFilter by_owner;
    by_owner.owners = std::vector<std::string>{"0xA"};
    note(view.messages(by_owner, all).ok());
    for (const Status status : message::kAllStatuses) {
      MessageFilter filter;
      filter.statuses = {status};
      note(view.messages(filter, all).ok());
    }
    note(view.received({}, all).ok());
    note(view.posts({}, all).ok());
    note(view.aggregates("0xA", {}).ok());
    note(view.list_aggregates({}, all).ok());
    note(view.file(file_hash(1)).ok());
    note(view.latest_file(rich_.file.hash.view()).ok());
    note(view.pin_count(file_hash(1)).ok());
    note(view.address_files("0xA", std::nullopt, Order::ascending, all).ok());
    note(view.programs_on_message(Order::ascending).ok());
    note(view.granted("0xA").ok());
    note(view.granters("0xB").ok());
    note(view.channels().ok());
    note(view.channels_of("0xA").ok());
    note(view.post_types_of("0xA").ok());
    note(view.message_counts("0xA").ok());
    note(view.all_message_counts().ok());
    note(view.costs("0xA").ok());
    note(view.costs("").ok());
  }

  void ask(const Store& store) {
    const HeldItem end{std::int64_t{1} << 62, {}};
    note(store.held_sum({}, end).ok());
    note(store.held_items({}, end, 100).ok());
    note(store.held_at({}, 5).ok());
    note(store.unconfirmed("ETH", 100).ok());
    note(store.wanted_files(std::nullopt, 100).ok());
    note(store.missing_heads().ok());
    note(store.file_bytes(file_hash(1)).ok());
    note(store.content(rich_.far).ok());
    note(store.state_digest(rich_.node.now).ok());
    note(store.recomputed_state_sum().ok());
    for (const Made* made : {&rich_.note, &rich_.far, &rich_.gone}) note(store.envelope_for_peer(*made).ok());
    note(store.account("0xA", rich_.node.now).ok());
  }

  std::vector<std::function<bool(Store&)>> changes() const {
    const Wall now = rich_.node.now;
    const auto accept = [now](Made made) {
      return [made = std::move(made), now](Store& store) { return store.accept(made.message, now).ok(); };
    };
    return {
        accept(amend("0xA", 6, rich_.note, "three")),
        accept(aggregate("0xA", 6, "k", R"({"v":2})")),
        accept(forget("0xA", 7, {rich_.machine, rich_.far})),
        accept(forget("0xA", 7, {rich_.note}, {"k"})),
        accept(store_file("0xA", 6, 2, rich_.file.hash.view())),
        accept(store_file("0xB", 6, 2)),
        accept(grant("0xA", 6, {"0xC"})),
        accept(balances(6, 20, {{"0xA", "1"}})),
        accept(rich_.machine),
        accept(rich_.file),
        [now](Store& store) { return store.file_arrived(file_hash(4), 100, false, now).ok(); },
        [now](Store& store) {
          return store.put_file(file_hash(2), Bytes(1), Store::Keep::for_chains, now, [](Result<Store::Written>) {})
              .ok();
        },
        [now](Store& store) { return store.tick(now + hours(24 * 365)).ok(); },
        [now](Store& store) { return store.remove_confirmations("ETH", 0, now).ok(); },
        [](Store& store) { return store.finalize_confirmations("ETH", 100).ok(); },
        [now, this](Store& store) { return store.add_confirmations({{rich_.note, rich_.seen}}, now).ok(); },
        [now, this](Store& store) { return store.give_up(rich_.waiting, now).ok(); },
    };
  }

  const Rich& rich_;
  int errors_ = 0;
};

// Not every value of these is read by a question: flags and names in indexes, and rows on an account's timeline that no
// change reaches.
const std::set<char> kNotAllRead{'g', 'i', 'o', 'u'};

bool readable(const env::Disk& disk, const std::string& key) {
  const Source source(disk.latest());
  const bool by_key = guarded([&] { return source.has(key) && !source.get(key)->empty(); }).ok();
  const bool by_scan = guarded([&] { return source.scan(key).value().size(); }).ok();
  EXPECT_EQ(by_key, by_scan);
  return by_key;
}

TEST(Damage, OfEveryKindOfRecordIsNoticedAndNeverACrash) {
  const Rich rich;
  EXPECT_EQ(Questions(rich).errors(*Rich().node.disk, trace::null_sink()), 0) << "nothing is damaged yet";
  const auto rows = rich.node.disk->rows();
  std::map<char, int> damaged;
  std::map<char, int> noticed;
  for (const auto& [key, value] : rows) {
    if (value->empty()) continue;
    EXPECT_TRUE(readable(*rich.node.disk, key)) << "table " << key[0];
    std::string other = *value;
    other[other.size() / 2] = static_cast<char>(other[other.size() / 2] ^ 1);
    for (const std::string& bytes :
         {other, value->substr(0, value->size() / 2), *value + "x", std::string(10, '\xff')}) {
      MemoryDisk disk;
      disk.rows() = rows;
      disk.rows()[key] = std::make_shared<const std::string>(bytes);
      EXPECT_FALSE(readable(disk, key)) << "table " << key[0];
      ++damaged[key[0]];
      if (Questions(rich).errors(disk, trace::null_sink()) > 0) ++noticed[key[0]];
    }
  }
  for (const auto& [table, count] : damaged) {
    if (kNotAllRead.contains(table)) continue;
    EXPECT_EQ(noticed[table], count) << "table " << table;
  }
}

TEST(Damage, OfAnAccountIsNotTakenForNoAccount) {
  const Rich rich;
  MemoryDisk disk;
  disk.rows() = rich.node.disk->rows();
  const auto opened = Store::open(disk, rich_options(), trace::null_sink());
  ASSERT_TRUE(opened.ok());
  const Store& store = **opened;
  ASSERT_GT(store.account("0xA", rich.node.now).value().locked, Amount());
  for (auto& [key, value] : disk.rows()) {
    if (key[0] == static_cast<char>(Table::account)) value = std::make_shared<const std::string>("torn");
  }
  EXPECT_FALSE(store.account("0xA", rich.node.now).ok());
  EXPECT_TRUE(store.account("0xNobody", rich.node.now).ok());
}

TEST(Damage, OfKeysIsNeverACrash) {
  const Rich rich;
  const auto rows = rich.node.disk->rows();
  int noticed = 0;
  for (const auto& [key, value] : rows) {
    MemoryDisk disk;
    disk.rows() = rows;
    disk.rows().erase(key);
    if (Questions(rich).errors(disk, trace::null_sink()) > 0) ++noticed;
    disk.rows()[key.substr(0, key.size() - 1)] = value;
    Questions(rich).errors(disk, trace::null_sink());
  }
  EXPECT_GT(noticed, 0);
}

}  // namespace
}  // namespace lastmile::store::test
