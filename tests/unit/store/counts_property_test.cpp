// Totals that are kept must be those that a walk finds, after any history of messages, FORGETs, amends and payments.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/store/population.hpp"

namespace lastmile::store::test {
namespace {

std::vector<MessageFilter> message_filters(const Population& population) {
  std::vector<MessageFilter> all(1);
  const auto add = [&](auto change) {
    MessageFilter filter;
    change(filter);
    all.push_back(std::move(filter));
  };
  for (const message::Type type : message::kAllTypes) add([&](MessageFilter& f) { f.types = {{type}}; });
  add([](MessageFilter& f) { f.types = {{message::Type::POST, message::Type::STORE, message::Type::POST}}; });
  add([](MessageFilter& f) { f.types.emplace(); });
  for (const char* who : {"0xA", "0xB", "0xC", "nobody"}) {
    add([&](MessageFilter& f) { f.senders = {{who}}; });
    add([&](MessageFilter& f) { f.owners = {{who}}; });
  }
  add([](MessageFilter& f) { f.owners = {{"0xA", "0xB"}}; });
  add([](MessageFilter& f) { f.channels = {{"TEST"}}; });
  for (const char* type : {"amend", "note", "vm-function"}) add([&](MessageFilter& f) { f.content_types = {{type}}; });
  for (const Made& made : population.messages) {
    add([&](MessageFilter& f) { f.refs = {{made.hash.text()}}; });
    const message::Content& content = *made.message.content;
    if (const auto* post = content.as<message::Post>())
      add([&](MessageFilter& f) { f.content_types = {{post->type}}; });
    if (const auto* element = content.as<message::Aggregate>()) {
      add([&](MessageFilter& f) { f.content_keys = {{element->key}}; });
    }
    if (const auto* file = content.as<message::Store>()) {
      add([&](MessageFilter& f) { f.content_hashes = {{file->item_hash}}; });
    }
    for (const std::string& tag : content.tags) add([&](MessageFilter& f) { f.tags = {{tag}}; });
  }
  return all;
}

std::vector<PostFilter> post_filters(const Population& population) {
  std::vector<PostFilter> all(1);
  const auto add = [&](auto change) {
    PostFilter filter;
    change(filter);
    all.push_back(std::move(filter));
  };
  for (const char* who : {"0xA", "0xB", "0xC", "nobody"}) add([&](PostFilter& f) { f.owners = {{who}}; });
  add([](PostFilter& f) { f.channels = {{"TEST"}}; });
  for (const Made& made : population.messages) {
    add([&](PostFilter& f) { f.refs = {{made.hash.text()}}; });
    if (const auto* post = made.message.content->as<message::Post>()) {
      add([&](PostFilter& f) { f.types = {{post->type}}; });
    }
  }
  return all;
}

RC_GTEST_PROP(Counts, AreWhatAWalkFinds, (std::uint64_t seed)) {
  constexpr std::uint64_t kSteps = 60;
  Generator generator(seed);
  std::vector<Step> steps(generator.below(kSteps));
  const auto byte = [&] { return static_cast<std::uint8_t>(generator.below(256)); };
  for (Step& step : steps) step = {byte(), byte(), byte(), byte(), byte(), byte()};
  const Population population = populate(steps, {});
  StoreOptions counting = paying_world();
  counting.query_counts = true;
  Node node(counting);
  deliver(node, population, seed);
  const View counted(node.disk->latest(), counting);
  const StoreOptions walking = paying_world();
  const View walked(node.disk->latest(), walking);
  for (const MessageFilter& filter : message_filters(population)) {
    RC_ASSERT(counted.messages(filter, {}).value().total == walked.messages(filter, {}).value().total);
  }
  for (const PostFilter& filter : post_filters(population)) {
    RC_ASSERT(counted.posts(filter, {}).value().total == walked.posts(filter, {}).value().total);
  }
}

}  // namespace
}  // namespace lastmile::store::test
