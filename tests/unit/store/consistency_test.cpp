// Whether check_consistency() sees what is missing. That it finds nothing in stores that are whole is asked all over
// this folder, in Node::check_tables().
#include "core/store/consistency.hpp"

#include <gtest/gtest.h>

#include "core/store/layout.hpp"
#include "tests/unit/store/world.hpp"

namespace lastmile::store::test {
namespace {

struct Whole {
  Whole() {
    node.write(file_hash(1), 100);
    node.accept(store_file("0xA", 1, 1));
    node.accept(post("0xA", 1, "a note"));
    node.write(file_hash(2), 200);  // nobody's: it has a grace
  }
  Consistency check() const {
    return check_consistency(node.disk->latest(), node.store->options(), [](const KnownFile&) {}, [] { return true; });
  }
  std::string first_key(Table table) const {
    const auto row = node.disk->latest().seek(Key(table).text());
    return row->valid() && row->key().front() == static_cast<char>(table) ? std::string(row->key()) : std::string();
  }
  Node node;
};

TEST(Consistency, FindsNothingInAWholeStoreAndCountsWhatIsThere) {
  const Whole whole;
  const Consistency found = whole.check();
  EXPECT_EQ(found.problem_count, 0U);
  EXPECT_EQ(found.messages, 2U);
  EXPECT_EQ(found.held, 2U);
  EXPECT_EQ(found.files, 2U);
  EXPECT_GT(found.rows, 10U);
  EXPECT_EQ(found.state_sum, whole.node.store->state_sum());
}

TEST(Consistency, MissesEveryRowThatIsTakenAway) {
  for (const Table table : {Table::meta, Table::entry, Table::envelope, Table::pin, Table::file, Table::file_grace,
                            Table::held, Table::held_hour, Table::file_tag}) {
    const Whole whole;
    const std::string key = whole.first_key(table);
    ASSERT_FALSE(key.empty()) << static_cast<char>(table);
    env::Batch batch;
    batch.remove(key);
    whole.node.disk->commit(std::move(batch), [](const Result<Unit>&) {});
    EXPECT_GT(whole.check().problem_count, 0U) << "without a row of table " << static_cast<char>(table);
  }
}

TEST(Consistency, SeesAValueThatIsNotWhatWasWritten) {
  const Whole whole;
  const std::string key = whole.first_key(Table::entry);
  std::string value = *whole.node.disk->latest().get(key);
  value[value.size() / 2] = static_cast<char>(value[value.size() / 2] ^ 1);
  env::Batch batch;
  batch.put(key, value);
  whole.node.disk->commit(std::move(batch), [](const Result<Unit>&) {});
  const Consistency found = whole.check();
  ASSERT_EQ(found.problem_count, 1U);
  EXPECT_NE(found.problems.front().find("not what was written"), std::string::npos) << found.problems.front();
}

TEST(Consistency, EndsWhenItIsTold) {
  const Whole whole;
  env::Batch batch;
  for (int i = 0; i < 10000; ++i) batch.put("\xfe" + std::to_string(i), {});
  whole.node.disk->commit(std::move(batch), [](const Result<Unit>&) {});
  const Consistency found = check_consistency(
      whole.node.disk->latest(), whole.node.store->options(), [](const KnownFile&) {}, [] { return false; });
  ASSERT_EQ(found.problem_count, 1U);
  EXPECT_NE(found.problems.front().find("ended before"), std::string::npos);
}

}  // namespace
}  // namespace lastmile::store::test
