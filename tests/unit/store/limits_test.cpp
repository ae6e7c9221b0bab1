// What the limits of a store do.
#include "tests/unit/store/world.hpp"

namespace lastmile::store::test {
namespace {

TEST(Limits, ACallSaysWhetherAnyJudgementIsLeft) {
  StoreOptions options = free_world();
  options.limits.judgements_per_call = 1;
  Node node(options);
  node.accept(grant("0xA", 1, {"0xB"}));
  std::vector<Made> delegated;
  for (int i = 0; i < 4; ++i) {
    Draft draft;
    draft.sender = "0xB";
    draft.owner = "0xA";
    draft.time = 5 + i;
    draft.body = R"("type":"note","content":"hello")";
    delegated.push_back(make(draft));
    node.accept(delegated.back());
  }
  node.finish();
  EXPECT_TRUE(node.accept(grant("0xA", 2, {})).unfinished);
  EXPECT_TRUE(node.store->remove_confirmations("ETH", 100, node.now).value().unfinished);
  node.finish();
  for (const Made& made : delegated) EXPECT_NE(node.status(made), Status::processed);
  node.check_tables();
}

TEST(Limits, TheOldestWaitingMessageIsLetGo) {
  StoreOptions options = free_world();
  options.limits.waiting_messages = 2;
  Node node(options);
  const ItemHash nowhere = file_hash(9);
  std::vector<Made> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.push_back(amend("0xA", 1 + i, nowhere, "x" + std::to_string(i)));
    node.now = at(100 + i);
    node.accept(waiting.back());
  }
  EXPECT_EQ(node.status(waiting[0]), Status::rejected);
  EXPECT_FALSE(node.store->holds(waiting[0]).value());
  EXPECT_TRUE(node.store->holds(waiting[2]).value());
  EXPECT_EQ(node.store->counts().let_go, 1u);
}

// Whoever sends rubbish pays nothing for it.
TEST(Limits, OfRubbishOnlyTheBeginningIsKept) {
  Node node(free_world());
  const ItemHash hash = file_hash(7);
  const std::string text(100'000, 'x');
  ASSERT_TRUE(node.store->record_rejected(hash, message::ErrorCode::invalid_format, "no", text, node.now).ok());
  const auto row = node.view().message(hash);
  ASSERT_TRUE(row.ok() && row->has_value());
  EXPECT_EQ((*row)->submitted, text.substr(0, 4096));
}

}  // namespace
}  // namespace lastmile::store::test
