// What people ask: each filter of http-api.md by itself, orders, pages and cursors; with the indexes and without.
#include "tests/unit/store/world.hpp"

namespace lastmile::store::test {
namespace {

Made note(std::string_view sender, double time, std::string_view type, std::string_view channel,
          std::string_view more = {}, std::string_view chain = "ETH") {
  Draft draft;
  draft.sender = sender;
  draft.time = time;
  draft.channel = channel;
  draft.chain = chain;
  draft.body = "\"type\":" + json_text(type) + ",\"content\":{\"tags\":[\"t" + std::to_string(static_cast<int>(time)) +
               "\"]}" + std::string(more);
  return make(draft);
}

class Queries : public ::testing::TestWithParam<bool> {
 protected:
  Queries() : node(options()) {
    node.file(1);
    node.accept_all({a, b, c, grant_b, by_b, element, file});
    Confirmation seen;
    seen.chain = "ETH";
    seen.height = 100;
    seen.transaction = "0x1";
    seen.time = at(50);
    EXPECT_TRUE(node.store->add_confirmations({{a, seen}}, node.now).ok());
    seen.height = 90;
    seen.time = at(40);
    seen.transaction = "0x2";
    EXPECT_TRUE(node.store->add_confirmations({{c, seen}}, node.now).ok());
  }
  static StoreOptions options() {
    StoreOptions o = free_world();
    o.query_indexes = GetParam();
    return o;
  }
  static Made delegated() {
    Draft draft;
    draft.sender = "0xB";
    draft.owner = "0xA";
    draft.time = 5;
    draft.channel = "two";
    draft.body = R"("type":"chat","content":{},"ref":"thing")";
    return make(draft);
  }

  std::vector<ItemHash> ask(const MessageFilter& filter, PageRequest page = {}) const {
    std::vector<ItemHash> hashes;
    const auto answer = node.view().messages(filter, page).value();
    for (const MessageRow& row : answer.items) hashes.push_back(row.envelope.item_hash);
    if (!page.cursor_mode && page.per_page == 0) {
      EXPECT_EQ(answer.total, hashes.size());
    }
    return hashes;
  }
  template <class Change>
  std::vector<ItemHash> filtered(Change change) const {
    MessageFilter filter;
    change(filter);
    return ask(filter);
  }
  static PageRequest slice(std::uint64_t page, std::uint64_t per_page) {
    PageRequest request;
    request.page = page;
    request.per_page = per_page;
    return request;
  }
  template <class Change>
  std::vector<ItemHash> some_posts(Change change) const {
    PostFilter filter;
    change(filter);
    return posts(filter);
  }
  std::vector<ItemHash> posts(const PostFilter& filter) const {
    std::vector<ItemHash> hashes;
    const auto answer = node.view().posts(filter, {}).value();
    for (const PostRow& row : answer.items) hashes.push_back(row.original);
    return hashes;
  }

  const Made a = note("0xA", 1, "note", "one");
  const Made b = note("0xB", 2, "note", "two", "", "SOL");
  const Made c = note("0xC", 3, "chat", "one");
  const Made grant_b = grant("0xA", 4, {"0xB"});
  const Made by_b = delegated();
  const Made element = aggregate("0xC", 6, "profile", R"({"name":"c"})");
  const Made file = store_file("0xC", 7, 1, "site", "credit");
  Node node;
};

using List = std::vector<ItemHash>;

TEST_P(Queries, EachFilterOfMessages) {
  EXPECT_EQ(ask({}), (List{file, element, by_b, grant_b, c, b, a}));
  EXPECT_EQ(filtered([](auto& f) { f.types = {{Type::STORE, Type::AGGREGATE}}; }), (List{file, element, grant_b}));
  EXPECT_EQ(filtered([](auto& f) { f.senders = {{"0xB"}}; }), (List{by_b, b}));
  EXPECT_EQ(filtered([](auto& f) { f.owners = {{"0xA"}}; }), (List{by_b, grant_b, a}));
  EXPECT_EQ(filtered([](auto& f) { f.refs = {{"thing", "site"}}; }), (List{file, by_b}));
  EXPECT_EQ(filtered([](auto& f) { f.content_types = {{"chat"}}; }), (List{by_b, c}));
  EXPECT_EQ(filtered([](auto& f) { f.content_hashes = {{file_hash(1)}}; }), (List{file}));
  EXPECT_EQ(filtered([](auto& f) { f.content_keys = {{"profile"}}; }), (List{element}));
  EXPECT_EQ(filtered([](auto& f) { f.chains = {{crypto::Chain::SOL}}; }), (List{b}));
  EXPECT_EQ(filtered([](auto& f) { f.channels = {{"one"}}; }), (List{c, a}));
  EXPECT_EQ(filtered([&](auto& f) { f.hashes = {{b.hash, file.hash, file_hash(9)}}; }), (List{file, b}));
  EXPECT_EQ(filtered([](auto& f) { f.payments = {{economy::Payment::credit}}; }), (List{file}));
  EXPECT_EQ(filtered([](auto& f) { f.tags = {{"t2", "t3"}}; }), (List{c, b}));
  EXPECT_EQ(filtered([](auto& f) {
              f.start = at(3);
              f.end = at(5);
            }),
            (List{grant_b, c}));
  EXPECT_EQ(filtered([](auto& f) {
              f.owners = {{"0xA"}};
              f.channels = {{"two"}};
            }),
            (List{by_b}));
  EXPECT_TRUE(filtered([](auto& f) { f.channels = std::vector<std::string>{}; }).empty());
}

TEST_P(Queries, StatusesAndTheTimeOfTheEnd) {
  const Made away = forget("0xC", 9, {c});
  node.accept_all({away, amend("0xA", 8, file_hash(5), "waits")});
  EXPECT_EQ(filtered([](auto& f) { f.statuses = {message::Status::forgotten}; }), (List{c}));
  EXPECT_TRUE(filtered([](auto& f) {
                f.statuses = {message::Status::forgotten};
                f.end = at(9);
              }).empty());
  EXPECT_EQ(filtered([](auto& f) { f.types = {{Type::FORGET}}; }), (List{away}));
  ReceivedFilter pending;
  pending.status = Status::pending;
  EXPECT_EQ(node.view().received(pending, {}).value().items.size(), 1u);
}

TEST_P(Queries, ConfirmationsSortAndBound) {
  MessageFilter f;
  f.sort_by = SortBy::confirmation_time;
  f.order = Order::ascending;
  const auto order = ask(f);
  ASSERT_EQ(order.size(), 7u);
  EXPECT_EQ(order[0], c.hash);
  EXPECT_EQ(order[1], a.hash);
  EXPECT_EQ(filtered([](auto& g) { g.end_block = 100; }), (List{c}));
  EXPECT_EQ(filtered([](auto& g) { g.start_block = 95; }).size(), 6u) << "unconfirmed ones stay";
}

TEST_P(Queries, PagesAndCursorsWalkTheSameList) {
  const auto all = ask({});
  List paged;
  List walked;
  for (std::uint64_t page = 1; page <= 4; ++page) {
    const auto part = ask({}, slice(page, 2));
    paged.insert(paged.end(), part.begin(), part.end());
  }
  EXPECT_EQ(paged, all);
  EXPECT_EQ(node.view().messages({}, slice(2, 2)).value().total, all.size());
  PageRequest request;
  request.per_page = 3;
  request.cursor_mode = true;
  do {
    const auto part = node.view().messages({}, request).value();
    EXPECT_FALSE(part.total);
    for (const MessageRow& row : part.items) walked.push_back(row.envelope.item_hash);
    request.after = part.next;
  } while (request.after);
  EXPECT_EQ(walked, all);
  EXPECT_TRUE(ask({}, slice(99, 5)).empty());
}

TEST_P(Queries, PostsByTheirOriginalAndTheirLastUpdate) {
  const Made change = amend("0xA", 20, a, "new");
  node.accept(change);
  EXPECT_EQ(posts({}), (List{a, by_b, c, b})) << "the amended one was updated last";
  EXPECT_EQ(some_posts([](auto& f) { f.types = {{"note"}}; }), (List{a, b}));
  EXPECT_EQ(some_posts([](auto& f) { f.owners = {{"0xA"}}; }), (List{a, by_b}));
  EXPECT_EQ(some_posts([&](auto& f) { f.hashes = {{c.hash}}; }), (List{c}));
  EXPECT_EQ(some_posts([](auto& f) { f.refs = {{"thing"}}; }), (List{by_b}));
  EXPECT_EQ(some_posts([](auto& f) { f.channels = {{"one"}}; }), (List{a, c}));
  EXPECT_EQ(some_posts([](auto& f) { f.tags = {{"t1", "t2"}}; }), (List{b})) << "tags are those of the current version";
  EXPECT_EQ(some_posts([](auto& f) { f.start = at(10); }), (List{a}));
  PostFilter up;
  up.order = Order::ascending;
  EXPECT_EQ(posts(up), (List{b, c, by_b, a}));
}

TEST_P(Queries, AggregatesFilesAndAddresses) {
  AggregateFilter filter;
  EXPECT_EQ(node.view().list_aggregates(filter, {}).value().items.size(), 2u);
  filter.owners = {{"0xC"}};
  const auto rows = node.view().list_aggregates(filter, {}).value().items;
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].key, "profile");
  filter = {};
  filter.keys = {{"security"}};
  EXPECT_EQ(node.view().list_aggregates(filter, {}).value().items.size(), 1u);

  const auto files = node.view().address_files("0xC", std::nullopt, Order::descending, {}).value();
  ASSERT_EQ(files.page.items.size(), 1u);
  EXPECT_EQ(files.total_files, 1u);
  EXPECT_EQ(files.page.items[0].message, file.hash);
  EXPECT_EQ(node.view().latest_file("0xC/site").value()->message, file.hash);

  EXPECT_EQ(node.view().message_counts("0xB").value().total, 2u);
  EXPECT_EQ(node.view().granters("0xb").value(), std::vector<std::string>{"0xA"});
  EXPECT_EQ(node.view().post_types_of("0xB").value(), (std::vector<std::string>{"chat", "note"}));
  EXPECT_EQ(node.view().costs("0xC").value().size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(WithAndWithout, Queries, ::testing::Bool(),
                         [](const auto& p) { return p.param ? "Indexes" : "NoIndexes"; });

}  // namespace
}  // namespace lastmile::store::test
