// Who is to be judged again when something changes stands in a table; nobody stays there who waits no more.
#include <algorithm>
#include <functional>

#include "tests/unit/store/world.hpp"

namespace lastmile::store::test {
namespace {

// One message that waits, for each kind of dependency.
struct Wait {
  const char* name;
  Kind kind;
  std::function<Made(Node&)> begin;
};

Made delegated_post() {
  Draft draft;
  draft.owner = "0xB";
  draft.time = 2;
  draft.body = R"("type":"note","content":1)";
  return make(draft);
}

Made program_of(Node& node, bool latest) {
  const Made file = store_file("0xA", 1, 1);
  node.file(1);
  node.accept(file);
  ProgramDraft draft;
  draft.time = 2;
  draft.code = file.hash;
  draft.use_latest = latest;
  draft.allow_amend = false;
  return program(draft);
}

const Wait kWaits[] = {
    {"amend", Kind::message, [](Node&) { return amend("0xA", 2, file_hash(9), "two"); }},
    {"delegate", Kind::security, [](Node&) { return delegated_post(); }},
    {"forget of a key", Kind::aggregate, [](Node&) { return forget("0xA", 2, {}, {"k"}); }},
    {"file", Kind::file, [](Node&) { return store_file("0xA", 2, 2); }},
    {"tag", Kind::tag,
     [](Node&) {
       ProgramDraft draft;
       draft.time = 2;
       draft.code = file_hash(9);
       draft.use_latest = true;
       return program(draft);
     }},
    {"upgrade", Kind::upgrades,
     [](Node& node) {
       const Made original = program_of(node, false);
       node.accept(original);
       ProgramDraft draft;
       draft.time = 3;
       draft.code = original.message.content->as<message::Program>()->code.file.ref;
       draft.replaces = original.hash.text();
       return program(draft);
     }},
    {"price", Kind::prices,
     [](Node& node) {
       const Made disk = store_file("0xA", 1, 1);
       node.file(1);
       node.accept(disk);
       Draft draft;
       draft.type = Type::INSTANCE;
       draft.time = 2;
       draft.body =
           R"("allow_amend":false,"environment":{"hypervisor":"qemu"},"resources":{"vcpus":1,"memory":128},)"
           R"("requirements":{"node":{"node_hash":"4d4db19afca380fdf06ba7f916153d0f740db9de9eee23ad26ba96a90d8a2920"},"gpu":[{"vendor":"v","device_name":"n","device_class":"0302",)"
           R"("device_id":"none"}]},"rootfs":{"parent":{"ref":")" +
           disk.hash.text() + R"("},"persistence":"host","size_mib":10})";
       return make(draft);
     }},
};

TEST(Dependants, AreLeftWhenAWaitingMessageIsLetGo) {
  for (const Wait& wait : kWaits) {
    SCOPED_TRACE(wait.name);
    Node node;
    const Made made = wait.begin(node);
    const std::size_t before = node.dependants();
    node.accept(made);
    EXPECT_GT(node.dependants(wait.kind), 0u);
    node.options.limits.waiting_messages = 0;
    node.reopen();
    node.tick(node.now);
    EXPECT_EQ(node.store->counts().let_go, 1u);
    EXPECT_EQ(node.dependants(), before);
    node.check_tables();
  }
}

TEST(Dependants, OfAForgottenMessageAreThoseOfItsOriginalOnly) {
  for (const Wait& wait : kWaits) {
    SCOPED_TRACE(wait.name);
    Node node;
    const Made made = wait.begin(node);
    if (made.message.envelope->type == Type::FORGET) continue;  // stays
    node.accept(made);
    const std::string owner = made.message.content->address;
    node.accept(forget(owner, 50, {made}));
    EXPECT_EQ(node.status(made), Status::forgotten);
    node.check_tables();
    for (const Wait& other : kWaits) {
      if (other.kind == Kind::message) continue;
      EXPECT_EQ(node.dependants(other.kind), 0u) << other.name;
    }
  }
}

TEST(Dependants, OfARejectedMessageAreLeftWhereRefusalsAreFinal) {
  for (const Wait& wait : kWaits) {
    SCOPED_TRACE(wait.name);
    StoreOptions options = free_world();
    options.switches.final_refusals = message::Behaviour::as_reference;
    Node node(options);
    const Made made = wait.begin(node);
    const std::size_t before = node.dependants();
    node.accept(made);
    EXPECT_TRUE(node.store->give_up(made, node.now).ok());
    EXPECT_EQ(node.status(made), Status::rejected);
    EXPECT_EQ(node.dependants(), before);
    // Another copy is judged again, and waits again.
    node.accept(made);
    node.check_tables();
  }
}

TEST(Dependants, OfARemovedMessageAreLeft) {
  StoreOptions options = paying_world();
  Node node(options);
  node.accept_all({balances(1, 10, {{"0xB", "100000"}}), grant("0xB", 1, {"0xA"})});
  node.file(1, 100u << 20);
  Draft draft;
  draft.type = Type::STORE;
  draft.owner = "0xB";
  draft.time = 2;
  draft.body = R"("item_type":"storage","item_hash":")" + file_hash(1).text() + R"(")";
  const Made file = make(draft);
  EXPECT_EQ(node.accept(file).status, Status::processed);
  EXPECT_EQ(node.dependants(Kind::security), 1u);
  node.accept(balances(3, 20, {{"0xB", "0"}}));
  node.tick(node.now + hours(24 * 365));
  node.tick(node.now + hours(24 * 365));
  EXPECT_EQ(node.status(file), Status::removed);
  EXPECT_EQ(node.dependants(), 0u);
  node.check_tables();
}

TEST(Dependants, OfAFileThatCameButDoesNotSufficeWaitForItNoMore) {
  Node node(paying_world());
  const Made file = store_file("0xA", 1, 1);
  node.accept(file);
  EXPECT_EQ(node.store->wanted_files(std::nullopt, 10).value(), std::vector{file_hash(1)});
  node.file(1, 100u << 20);
  EXPECT_EQ(node.code(file), ErrorCode::balance_insufficient);
  EXPECT_EQ(node.dependants(Kind::file), 0u);
}

TEST(Dependants, OfWantedFilesAreGivenPieceByPiece) {
  Node node;
  std::vector<ItemHash> files;
  for (int i = 0; i < 7; ++i) {
    files.push_back(file_hash(i));
    node.accept(store_file("0xA", 1, i));
    node.accept(store_file("0xB", 1, i));
  }
  std::sort(files.begin(), files.end());
  std::vector<ItemHash> all;
  std::optional<ItemHash> after;
  for (;;) {
    const auto piece = node.store->wanted_files(after, 3).value();
    all.insert(all.end(), piece.begin(), piece.end());
    if (piece.size() < 3) break;
    after = piece.back();
  }
  EXPECT_EQ(all, files);
  // From behind one that is not wanted, too.
  node.file(3);
  EXPECT_EQ(node.store->wanted_files(file_hash(3), 10).value(),
            std::vector(std::upper_bound(files.begin(), files.end(), file_hash(3)), files.end()));
}

}  // namespace
}  // namespace lastmile::store::test
