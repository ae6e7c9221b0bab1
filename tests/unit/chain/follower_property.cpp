// Random chains that fork, archives that come late, nodes that crash: in the end a follower must have brought the same
// confirmations as one that reads only the final chain in peace.
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "core/base/check.hpp"
#include "core/base/random.hpp"
#include "core/chain/follower.hpp"
#include "tests/unit/chain/made.hpp"

namespace lastmile::chain {
namespace {

constexpr std::uint64_t kFinality = 5;
constexpr std::uint64_t kStart = 3;  // blocks before are nobody's business

// Archives of the world; who asks at the wrong moment does not get them.
const std::vector<MadeArchive>& archives() {
  static const std::vector<MadeArchive> all = [] {
    std::vector<MadeArchive> made;
    for (unsigned n = 0; n < 8; ++n) made.push_back(archive_of({n, n + 1, 3 * n + 20}));
    return made;
  }();
  return all;
}

struct Tree {
  struct Node {
    env::ChainBlock block;
    int parent;
  };
  std::vector<Node> nodes;
  std::vector<int> canonical;  // by height

  std::uint64_t head() const { return canonical.size() - 1; }
  std::uint64_t final_height() const { return head() > kFinality ? head() - kFinality : 0; }
  std::uint64_t height(int node) const { return nodes[static_cast<std::size_t>(node)].block.height.value; }
  const env::ChainBlock& block(int node) const { return nodes[static_cast<std::size_t>(node)].block; }

  void append(std::vector<env::ChainEvent> events) {
    const std::uint64_t at_height = canonical.size();
    const int parent = canonical.empty() ? -1 : canonical.back();
    const std::string hash = "block" + std::to_string(nodes.size());
    nodes.push_back({block_of(at_height, hash, parent < 0 ? "" : block(parent).hash, std::move(events)), parent});
    canonical.push_back(static_cast<int>(nodes.size()) - 1);
  }
  int ancestor(int node, std::uint64_t at_height) const {
    while (height(node) > at_height) node = nodes[static_cast<std::size_t>(node)].parent;
    return node;
  }
  int common(int a, int b) const {
    a = ancestor(a, height(b));
    b = ancestor(b, height(a));
    while (a != b) {
      a = nodes[static_cast<std::size_t>(a)].parent;
      b = nodes[static_cast<std::size_t>(b)].parent;
    }
    return a;
  }
  int find(const std::string& hash) const {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].block.hash == hash) return static_cast<int>(i);
    }
    return -1;
  }
};

// env::ChainGateway for one follower: keeps the promises of core/env/chain_gateway.hpp.
class Gateway {
 public:
  explicit Gateway(const Tree& tree) : tree_(tree) {}

  void follow(const Follow& request) {
    following_ = true;
    placed_ = false;
    from_ = request.from.value;
    known_ = request.known_hash;
    told_final_.reset();
  }
  void leave() { following_ = false; }

  // Tells at most so many things; false when there is nothing left to tell.
  bool tell(ChainFollower& follower, Instant now, int things) {
    for (; things > 0; --things) {
      if (!tell_one(follower, now)) return false;
    }
    return true;
  }

 private:
  bool tell_one(ChainFollower& follower, Instant now) {
    if (!following_) return false;
    const int head = tree_.canonical.back();
    if (!placed_) {
      if (from_ > tree_.head() + 1) return false;
      placed_ = true;
      delivered_ = tree_.canonical[from_ - 1];
      if (!known_.empty() && tree_.block(delivered_).hash != known_) {
        const int known = tree_.find(known_);
        delivered_ = known < 0 ? tree_.canonical[std::min(tree_.final_height(), from_ - 1)] : tree_.common(known, head);
        follower.on_reorg({tree_.height(delivered_)}, now);
        return true;
      }
    }
    const int kept = tree_.common(delivered_, head);
    if (kept != delivered_) {
      delivered_ = kept;
      follower.on_reorg({tree_.height(kept)}, now);
      return true;
    }
    const std::uint64_t final_height = std::min(tree_.final_height(), tree_.height(delivered_));
    if (final_height > 0 && (!told_final_ || *told_final_ < final_height)) {
      told_final_ = final_height;
      follower.on_final({final_height}, now);
      return true;
    }
    if (delivered_ == head) return false;
    delivered_ = tree_.ancestor(head, tree_.height(delivered_) + 1);
    follower.on_block(tree_.block(delivered_), now);
    return true;
  }

  const Tree& tree_;
  bool following_ = false;
  bool placed_ = false;
  std::uint64_t from_ = 0;
  std::string known_;
  int delivered_ = 0;
  std::optional<std::uint64_t> told_final_;
};

using Key = std::tuple<std::string, std::uint64_t, std::string>;  // message, height, transaction

// A node: a store that survives crashes and a follower that does not.
class Node {
 public:
  Node(const Tree& tree, FollowConfig config) : config_(std::move(config)), gateway_(tree) { restart(); }

  void restart() {
    on_its_way_.clear();
    asked_.clear();
    gateway_.leave();
    follower_ = std::make_unique<ChainFollower>(config_);
    if (!saved_.empty()) RC_ASSERT(follower_->restore(saved_).ok());
    follower_->start(now_);
    carry_out();
  }
  void save() { saved_ = follower_->save(); }
  void hear(int things) {
    for (; things > 0 && gateway_.tell(*follower_, now_, 1); --things) carry_out();
  }
  // Answers the oldest question for an archive; `there`: it can be had.
  template <class Available>
  bool answer_one(const Available& available) {
    if (asked_.empty()) return false;
    const message::ItemHash archive = asked_.front();
    asked_.pop_front();
    const auto made =
        std::find_if(archives().begin(), archives().end(), [&](const MadeArchive& a) { return a.name == archive; });
    if (made != archives().end() && available(made - archives().begin())) {
      arrive(*follower_, archive, made->text, now_);
    } else {
      follower_->archive_unavailable(archive, now_);
    }
    carry_out();
    return true;
  }
  // The oldest messages on their way become durable.
  bool finish_one() {
    if (on_its_way_.empty()) return false;
    const TakeIn intake = on_its_way_.front();
    on_its_way_.pop_front();
    if (follower_->stands(intake.id)) {
      for (const auto& shared : intake.content->messages) {
        const message::Envelope& envelope = *shared;
        confirmations_[{envelope.item_hash.text(), intake.confirmation.height, intake.confirmation.transaction}] |=
            follower_->is_final(intake.confirmation.height);
        if (intake.from_contract) born_in_contracts_.insert(envelope.item_hash.text());
      }
    }
    follower_->taken_in(intake.id, now_);
    carry_out();
    return true;
  }
  void pass(Duration time) {
    now_ = now_ + time;
    follower_->tick(now_);
    carry_out();
  }

  const std::map<Key, bool>& confirmations() const { return confirmations_; }
  const std::set<std::string>& born_in_contracts() const { return born_in_contracts_; }
  const ChainFollower& follower() const { return *follower_; }
  std::uint64_t moves() const { return moves_; }

 private:
  void carry_out() {
    for (const FollowAction& action : follower_->take_actions()) {
      ++moves_;
      if (const auto* follow = std::get_if<Follow>(&action)) gateway_.follow(*follow);
      if (const auto* fetch = std::get_if<FetchArchive>(&action)) asked_.push_back(fetch->archive);
      if (const auto* intake = std::get_if<TakeIn>(&action)) on_its_way_.push_back(*intake);
      if (const auto* back = std::get_if<TakeBack>(&action)) {
        save();
        std::erase_if(confirmations_, [&](const auto& entry) {
          return !entry.second && std::get<1>(entry.first) >= back->from_height;
        });
      }
      if (const auto* final_ = std::get_if<MakeFinal>(&action)) {
        for (auto& [key, is_final] : confirmations_) is_final = is_final || std::get<1>(key) <= final_->height;
      }
    }
  }

  FollowConfig config_;
  Gateway gateway_;
  Instant now_;
  std::unique_ptr<ChainFollower> follower_;
  std::string saved_;
  std::deque<message::ItemHash> asked_;
  std::deque<TakeIn> on_its_way_;
  std::map<Key, bool> confirmations_;  // -> final
  std::set<std::string> born_in_contracts_;
  std::uint64_t moves_ = 0;
};

// Until nothing moves any more, with every archive at hand.
void let_settle(Node& node) {
  int quiet = 0;
  for (int round = 0; round < 500 && quiet < 3; ++round) {
    const std::uint64_t before = node.moves();
    node.hear(10'000);
    while (node.answer_one([](std::ptrdiff_t) { return true; }) || node.finish_one()) {
    }
    node.pass(minutes(11));
    quiet = node.moves() == before ? quiet + 1 : 0;
  }
  RC_ASSERT(quiet == 3);
}

env::ChainEvent any_event(Generator& luck, unsigned& counter) {
  const std::string transaction = "tx" + std::to_string(counter++);
  const std::uint64_t kind = luck.below(10);
  if (kind < 6) return sync_event(transaction, archives()[luck.below(archives().size())].payload);
  if (kind == 6) return sync_event(transaction, archive_of({static_cast<unsigned>(luck.below(5))}).text);
  if (kind == 7) return sync_event(transaction, archives()[0].payload, "0xstranger");
  if (kind == 8) return message_event(transaction, R"({"born":)" + std::to_string(luck.below(6)) + "}");
  return sync_event(transaction, "nonsense");
}

class History {
 public:
  explicit History(std::uint64_t seed) : luck_(seed) {
    for (std::uint64_t i = 0; i < kStart; ++i) tree_.append({});
  }
  Tree& tree() { return tree_; }
  Generator& luck() { return luck_; }

  void grow() {
    std::vector<env::ChainEvent> events;
    // What a reorganisation threw out comes again, sooner or later.
    while (!waiting_.empty() && luck_.chance(0.5)) {
      events.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    for (std::uint64_t n = luck_.below(3); n > 0; --n) events.push_back(any_event(luck_, counter_));
    tree_.append(std::move(events));
  }
  void fork() {
    const std::uint64_t deepest =
        std::min<std::uint64_t>(tree_.head() - tree_.final_height(), tree_.head() - kStart + 1);
    if (deepest == 0) return;
    const std::uint64_t depth = 1 + luck_.below(deepest);
    for (std::uint64_t i = 0; i < depth; ++i) {
      for (const env::ChainEvent& event : tree_.block(tree_.canonical.back()).events) waiting_.push_back(event);
      tree_.canonical.pop_back();
    }
    for (std::uint64_t i = 0; i <= depth; ++i) grow();
  }

 private:
  Tree tree_;
  Generator luck_;
  std::deque<env::ChainEvent> waiting_;
  unsigned counter_ = 0;
};

FollowConfig config() {
  FollowConfig settings;
  settings.name = "chain";
  settings.start_height = kStart;
  settings.emitters = {"0xEmitter"};
  return settings;
}

void expect_same_as_fresh(const Node& node, const Tree& tree) {
  Node fresh(tree, config());
  let_settle(fresh);
  // Told as texts, so that a failure says what is too much and what is missing.
  const auto beyond = [](const Node& one, const Node& other) {
    std::string text;
    for (const auto& [key, is_final] : one.confirmations()) {
      const auto found = other.confirmations().find(key);
      if (found != other.confirmations().end() && found->second == is_final) continue;
      text += std::get<0>(key).substr(0, 6) + "@" + std::to_string(std::get<1>(key)) + "/" + std::get<2>(key) +
              (is_final ? "! " : " ");
    }
    return text;
  };
  RC_ASSERT(beyond(node, fresh) == "");
  RC_ASSERT(beyond(fresh, node) == "");
  RC_ASSERT(node.born_in_contracts() == fresh.born_in_contracts());
  RC_ASSERT(node.follower().next_height() == tree.head() + 1);
}

// What happens to one node while its chain lives; crashes only when asked for.
void live(Node& node, History& history, bool crashes) {
  Generator& luck = history.luck();
  const auto sometimes = [&](std::ptrdiff_t) { return luck.chance(0.5); };
  for (int step = 0; step < 150; ++step) {
    switch (luck.below(crashes ? 11 : 9)) {
      case 0:
      case 1:
        history.grow();
        break;
      case 2:
        history.fork();
        break;
      case 3:
      case 4:
        node.hear(static_cast<int>(luck.below(8)));
        break;
      case 5:
        node.answer_one(sometimes);
        break;
      case 6:
      case 7:
        node.finish_one();
        break;
      case 8:
        node.pass(seconds(luck.between(1, 400)));
        break;
      case 9:
        node.save();
        break;
      case 10:
        if (luck.chance(0.4)) node.restart();
        break;
      default:
        LM_CHECK(false);
    }
  }
}

RC_GTEST_PROP(FollowerProperty, AfterAnyReorganisationsTheConfirmationsAreThoseOfTheFinalChain, (std::uint64_t seed)) {
  History history(seed);
  Node node(history.tree(), config());
  live(node, history, false);
  let_settle(node);
  expect_same_as_fresh(node, history.tree());
}

RC_GTEST_PROP(FollowerProperty, CrashesAndOldSavedStatesChangeNothing, (std::uint64_t seed)) {
  History history(seed);
  Node node(history.tree(), config());
  live(node, history, true);
  node.restart();
  let_settle(node);
  expect_same_as_fresh(node, history.tree());
}

RC_GTEST_PROP(FollowerProperty, TightLimitsLoseNothing, (std::uint64_t seed)) {
  History history(seed);
  FollowConfig tight = config();
  tight.limits.transactions = 1 + history.luck().below(4);
  tight.limits.bytes = 400 + history.luck().below(1000);
  tight.limits.archives_at_once = 1 + history.luck().below(2);
  tight.limits.contract_messages_at_once = 1;
  tight.limits.window_blocks = 1 + history.luck().below(8);
  tight.limits.stale_after_attempts = 2;
  Node node(history.tree(), tight);
  live(node, history, true);
  node.restart();
  // Messages born in contracts keep their places until their blocks are final.
  for (std::uint64_t n = 0; n <= kFinality; ++n) history.tree().append({});
  let_settle(node);
  expect_same_as_fresh(node, history.tree());
}

RC_GTEST_PROP(FollowerProperty, TheSavedStateIsComplete, (std::uint64_t seed)) {
  History history(seed);
  Node node(history.tree(), config());
  live(node, history, false);
  const std::string saved = node.follower().save();
  ChainFollower copy(config());
  RC_ASSERT(copy.restore(saved).ok());
  RC_ASSERT(copy.save() == saved);
  RC_ASSERT(copy.queued() == node.follower().queued());
}

TEST(Followers, TwoChainsBringTheSameArchiveIndependently) {
  FollowConfig one = config();
  FollowConfig two = config();
  two.name = "other";
  two.code = crypto::Chain::BSC;
  ChainFollower first(one);
  ChainFollower second(two);
  for (ChainFollower* follower : {&first, &second}) {
    follower->start(Instant{});
    follower->on_block(block_of(kStart, "b", "a", {sync_event("t", archives()[0].payload, "0xemitter")}), Instant{});
    follower->take_actions();
    arrive(*follower, archives()[0].name, archives()[0].text, Instant{});
  }
  const auto chain_of = [](ChainFollower& follower) {
    return std::get<TakeIn>(follower.take_actions().at(0)).confirmation.chain;
  };
  EXPECT_EQ(chain_of(first), "ETH");
  EXPECT_EQ(chain_of(second), "BSC");
}

}  // namespace
}  // namespace lastmile::chain
