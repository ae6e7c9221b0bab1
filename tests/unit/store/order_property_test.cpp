// The promise of this room: the state is a function of the set of messages, whatever order they arrive in.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "tests/unit/store/population.hpp"

namespace rc {

template <>
struct Arbitrary<lastmile::store::test::Step> {
  static Gen<lastmile::store::test::Step> arbitrary() {
    using lastmile::store::test::Step;
    const auto byte = gen::inRange<std::uint8_t>(0, 255);
    return gen::build<Step>(gen::set(&Step::kind, byte), gen::set(&Step::who, byte), gen::set(&Step::other, byte),
                            gen::set(&Step::target, byte), gen::set(&Step::time, byte), gen::set(&Step::detail, byte));
  }
};

}  // namespace rc

namespace lastmile::store::test {

void showValue(const Step& s, std::ostream& out) {
  out << "{" << int{s.kind} << "," << int{s.who} << "," << int{s.other} << "," << int{s.target} << "," << int{s.time}
      << "," << int{s.detail} << "}";
}

namespace {

constexpr int kStepsPerSize = 1;

std::vector<Step> any_steps() { return *rc::gen::scale(kStepsPerSize, rc::gen::arbitrary<std::vector<Step>>()); }

std::string everything(const Node& a, const Node& b, const std::vector<Made>& all) {
  std::string text;
  for (const Made& made : all) {
    text += made.hash.text().substr(0, 6) + " " + std::string(message::status_text(a.status(made))) + " " +
            made.message.envelope->sender + ": " + made.message.envelope->item_content.value_or("") + "\n  by";
    for (const Node* node : {&a, &b}) {
      for (const ItemHash& by : node->forgotten_by(made)) text += " " + by.text().substr(0, 6);
      text += " /";
    }
    text += "\n";
  }
  return text;
}

// What differs, for the eye.
std::string difference(const Node& a, const Node& b, const Population& population) {
  std::string text;
  auto all = population.messages;
  all.insert(all.end(), population.last.begin(), population.last.end());
  for (const Made& made : all) {
    const Status sa = a.status(made);
    const Status sb = b.status(made);
    const bool waits_in_both =
        (sa == Status::pending || sa == Status::rejected) && (sb == Status::pending || sb == Status::rejected);
    if (sa == sb || waits_in_both) continue;
    const auto ca = a.code(made);
    const auto cb = b.code(made);
    text += std::string(message::type_text(made.message.envelope->type)) + " " + made.hash.text() + " " +
            std::string(message::status_text(sa)) + (ca ? " " + std::to_string(message::number(*ca)) : "") + " / " +
            std::string(message::status_text(sb)) + (cb ? " " + std::to_string(message::number(*cb)) : "") + "\n  " +
            made.message.envelope->sender + ": " + made.message.envelope->item_content.value_or("") + "\n";
  }
  if (text.empty()) text = everything(a, b, all);
  return text;
}

// `b` may have nothing but tombstones of what `a` forgot itself.
enum class Seen { everything, tombstones };

void agree(const Node& a, const Node& b, const Population& population, Seen seen = Seen::everything) {
  if (a.digest() != b.digest()) RC_FAIL(difference(a, b, population));
  for (const Node* node : {&a, &b}) {
    if (node->store->state_sum() != node->store->recomputed_state_sum().value()) {
      RC_FAIL("the running sum is wrong\n" + everything(a, b, population.messages));
    }
  }
  RC_ASSERT(a.store->state_sum() == b.store->state_sum());
  RC_ASSERT(a.store->held_total() == b.store->held_total());
  auto all = population.messages;
  all.insert(all.end(), population.last.begin(), population.last.end());
  for (const Made& made : all) {
    RC_ASSERT(a.post(made) == b.post(made));
    if (a.code(made) == ErrorCode::permission_denied) continue;  // no part of the state, nor told to a late node
    RC_ASSERT(a.confirmations(made) == b.confirmations(made));
    if (a.status(made) != b.status(made)) continue;
    if (seen == Seen::everything && a.status(made) == Status::processed) RC_ASSERT(a.signer(made) == b.signer(made));
    const auto by_a = a.forgotten_by(made);
    const auto by_b = b.forgotten_by(made);
    // Nobody can prove to `b` what was erased along with a message that `b` never heard of (docs/decisions/0121).
    const bool same = seen == Seen::everything
                          ? by_a == by_b
                          : by_a.empty() == by_b.empty() && std::all_of(by_b.begin(), by_b.end(), [&](const auto& by) {
                              return std::find(by_a.begin(), by_a.end(), by) != by_a.end();
                            });
    if (!same) RC_FAIL(made.hash.text() + " was forgotten by others\n" + everything(a, b, all));
  }
}

RC_GTEST_PROP(Order, DoesNotMatterWithoutMoney, (std::uint64_t seed)) {
  const auto population = populate(any_steps(), {.money = false});
  std::vector<std::unique_ptr<Node>> nodes;
  for (std::uint64_t i = 0; i < 3; ++i) {
    nodes.push_back(std::make_unique<Node>(free_world()));
    deliver(*nodes.back(), population, seed + i);
    nodes.back()->check_tables();
  }
  agree(*nodes[0], *nodes[1], population);
  agree(*nodes[0], *nodes[2], population);
}

RC_GTEST_PROP(Order, DoesNotMatterWithMoney, (std::uint64_t seed)) {
  const auto population = populate(any_steps(), {});
  std::vector<std::unique_ptr<Node>> nodes;
  for (std::uint64_t i = 0; i < 3; ++i) {
    nodes.push_back(std::make_unique<Node>(paying_world()));
    nodes.back()->now = at(seed % 2 == 0 ? 20 : 1'000'000);  // within the grace, or long after
    deliver(*nodes.back(), population, seed + i);
    nodes.back()->check_tables();
  }
  agree(*nodes[0], *nodes[1], population);
  agree(*nodes[0], *nodes[2], population);
  for (const auto& node : nodes) {
    node->tick(at(2'000'000));
    node->check_tables();
  }
  agree(*nodes[0], *nodes[1], population);
  agree(*nodes[0], *nodes[2], population);
}

// Confirmations decide who has to pay for old messages, and may come before their message.
RC_GTEST_PROP(Order, DoesNotMatterWithConfirmations, (std::uint64_t seed)) {
  const auto population = populate(any_steps(), {});
  std::vector<std::unique_ptr<Node>> nodes;
  for (std::uint64_t i = 0; i < 3; ++i) {
    nodes.push_back(std::make_unique<Node>(dated_world()));
    deliver(*nodes.back(), population, seed + i);
    nodes.back()->check_tables();
  }
  agree(*nodes[0], *nodes[1], population);
  agree(*nodes[0], *nodes[2], population);
}

// Limits so small that most judgements are put off and much of what waits is let go and forgotten about. What is kept
// then depends on the order, but the sums are those of what is kept; and whoever hears it all again, with room for it,
// is where everybody is. Without what is never taken back: FORGETs by delegates come only then (what let them act may
// have been let go), and nobody has to pay (what was let go may have been the money).
RC_GTEST_PROP(Order, SmallLimitsLoseNothingForEver, (std::uint64_t seed)) {
  const auto population = populate(any_steps(), {.money = false});
  StoreOptions options = free_world();
  Node roomy(options);
  deliver(roomy, population, seed);
  const Limits limits = options.limits;
  options.limits.judgements_per_call = *rc::gen::inRange<std::size_t>(1, 4);
  options.limits.waiting_messages = *rc::gen::inRange<std::size_t>(0, 3);
  options.limits.rejections = *rc::gen::inRange<std::size_t>(0, 3);
  Node small(options);
  Population first = population;
  first.last.clear();
  deliver(small, first, seed + 1);
  small.check_tables();
  small.options.limits = limits;
  small.reopen();
  deliver(small, population, seed + 2);
  small.check_tables();
  agree(roomy, small, population);
}

// Two stores are in the same state exactly when their sums say so.
RC_GTEST_PROP(Order, TheSumTellsStatesApart, (std::uint64_t seed)) {
  const auto population = populate(any_steps(), {});
  auto fewer = population;
  if (!fewer.messages.empty())
    fewer.messages.erase(fewer.messages.begin() + static_cast<long>(seed % fewer.messages.size()));
  Node a(paying_world());
  Node b(paying_world());
  deliver(a, population, seed);
  deliver(b, fewer, seed + 1);
  RC_ASSERT((a.digest() == b.digest()) == (a.store->state_sum() == b.store->state_sum()));
}

// A node that reads everything back from its disk knows the same, and goes on the same way.
RC_GTEST_PROP(Order, ReopeningInTheMiddleChangesNothing, (std::uint64_t seed)) {
  const auto population = populate(any_steps(), {});
  Node straight(paying_world());
  Node broken(paying_world());
  // Within the grace: what was removed for want of money that had not come yet would stay removed
  // (docs/decisions/0120).
  straight.now = broken.now = at(20);
  deliver(straight, population, seed);
  Population half = population;
  half.last.clear();
  half.messages.resize(half.messages.size() / 2);
  deliver(broken, half, seed + 1);
  broken.reopen();
  broken.check_tables();
  deliver(broken, population, seed + 2);
  broken.reopen();
  broken.check_tables();
  agree(straight, broken, population);
}

// As a node makes it of what a peer gives: the envelope, and the content by its hash.
ValidMessage with_content(const Node& from, const std::shared_ptr<const message::Envelope>& envelope) {
  if (envelope->item_content) {
    auto content = message::parse_inline_content(*envelope);
    RC_ASSERT(content.ok());
    return {envelope, std::make_shared<message::Content>(*std::move(content)), nullptr};
  }
  auto text = from.store->content(envelope->item_hash).value();
  RC_ASSERT(text.has_value());
  auto content = message::parse_fetched_content(*envelope, *text);
  RC_ASSERT(content.ok());
  return {envelope, std::make_shared<message::Content>(*std::move(content)),
          std::make_shared<const std::string>(*std::move(text))};
}

// Somebody who comes late and gets everything from a peer, tombstones included, ends in the same state.
RC_GTEST_PROP(Order, ALateNodeLearnsTheSameFromAPeer, (std::uint64_t seed)) {
  const auto population = populate(any_steps(), {.provable = true});
  Node early(paying_world());
  deliver(early, population, seed);
  early.tick(early.now + hours(100));
  Node late(paying_world());
  late.now = early.now;
  const HeldItem end{std::int64_t{1} << 62, {}};
  auto items = early.store->held_items({}, end, 100000).value();
  RC_ASSERT(items.size() == early.store->held_total().count);
  Generator random(seed);
  random.shuffle(items);
  for (const auto& [number, bytes] : population.files) late.file(number, bytes);
  for (const auto& [hash, seen] : population.confirmations) {
    RC_ASSERT(late.store->add_confirmations({{hash, seen}}, late.now).ok());
  }
  for (const HeldItem& item : items) {
    const auto envelope = early.store->envelope_for_peer(item.hash).value();
    RC_ASSERT(envelope != nullptr);
    if (envelope->is_tombstone()) {
      late.tombstone(envelope);
      continue;
    }
    late.accept({with_content(early, envelope), item.hash, 0});
  }
  late.tick(early.now);
  late.check_tables();
  agree(early, late, population, Seen::tombstones);
}

}  // namespace
}  // namespace lastmile::store::test
