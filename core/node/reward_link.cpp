#include "core/node/reward_link.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/present.hpp"
#include "core/economy/balances.hpp"
#include "core/economy/reward/posts.hpp"
#include "core/message/json_view.hpp"

namespace lastmile::node {
namespace {

// Of the reference machine: to read one post, and to begin with.
constexpr Duration kCostOfPost = microseconds(30);
constexpr Duration kCostOfReckoning = milliseconds(2);

// By the chain's earliest final confirmation; empty: none is final.
std::optional<std::uint64_t> confirmed_height(const store::MessageRow& row, std::string_view chain) {
  std::optional<std::uint64_t> height;
  for (const store::Confirmation& confirmation : row.confirmations) {
    if (!confirmation.final || confirmation.chain != chain) continue;
    height = std::min(height.value_or(confirmation.height), confirmation.height);
  }
  return height;
}

bool among(const std::vector<std::string>& list, std::string_view address) {
  return std::find(list.begin(), list.end(), address) != list.end();
}

// One confirmed post before it is known what it means.
struct Post {
  std::uint64_t height = 0;
  std::string hash;
  std::string sender;
  std::string owner;
  Wall time;
  std::string type;
  std::string ref;
  std::string content;  // JSON text of content.content

  economy::PostView view() const { return {type, hash, owner, time, ref, content}; }
};

std::optional<Post> post_of(const store::MessageRow& row, std::string_view chain) {
  const auto height = confirmed_height(row, chain);
  if (!height) return std::nullopt;
  const auto json = message::JsonView::parse(row.content);
  if (!json || !json->is_object()) return std::nullopt;
  const auto text = [&](std::string_view key) {
    const auto found = json->find(key);
    return found && found->is_string() ? found->string() : std::string();
  };
  const auto content = json->find("content");
  if (!content) return std::nullopt;
  return Post{
      *height,     row.envelope.item_hash.text(), row.envelope.sender, row.owner, row.content_time, text("type"),
      text("ref"), std::string(content->raw())};
}

// Balances as rows that a larger main_height replaces (messages.md 7.2), whatever order they are confirmed in.
class BalanceRows {
 public:
  // Empty: it is no balance post, or changes nothing.
  std::optional<economy::BalanceSnapshot> take(const Post& post) {
    const auto hash = message::ItemHash::parse(post.hash);
    if (!hash) return std::nullopt;
    const auto update = economy::parse_balance_update(*hash, post.time, post.content);
    if (!update || !update->dapp.empty()) return std::nullopt;
    economy::BalanceSnapshot snapshot{update->chain, {}, /*whole=*/false, {}, post.time, post.hash};
    for (const auto& [address, amount] : update->balances) {
      const auto [known, fresh] = heights_.try_emplace({update->chain, address}, update->main_height);
      if (!fresh && known->second >= update->main_height) continue;
      known->second = update->main_height;
      snapshot.balances[address] = amount;
      snapshot.changed.push_back(address);
    }
    std::sort(snapshot.changed.begin(), snapshot.changed.end());
    return snapshot;
  }

 private:
  std::map<std::pair<std::string, std::string>, std::uint64_t> heights_;
};

}  // namespace

Result<ConfirmedEvents> confirmed_events(const store::View& view, const RewardConfig& config,
                                         const std::vector<std::string>& balance_senders) {
  store::MessageFilter filter;
  filter.types = {message::Type::POST};
  filter.content_types = {{std::string(economy::kOperationPost), "amend", std::string(economy::kScorePost),
                           std::string(economy::kBalancePost)}};
  filter.statuses = {message::Status::processed};
  filter.order = store::Order::ascending;
  store::PageRequest request;
  request.per_page = 1'000;
  request.cursor_mode = true;

  ConfirmedEvents out;
  std::vector<economy::RegistryEvent>& events = out.events;
  std::vector<Post> balances;
  do {
    auto page = view.messages(filter, request);
    if (!page) return page.error();
    for (const store::MessageRow& row : page->items) {
      auto post = post_of(row, config.chain);
      if (!post) continue;
      if (post->type == economy::kBalancePost) {
        if (among(balance_senders, post->sender) && among(balance_senders, post->owner)) {
          balances.push_back(*std::move(post));
        }
      } else if (post->type == economy::kScorePost) {
        auto scores = economy::parse_score_post(post->view());
        if (scores && among(config.score_senders, post->sender)) events.push_back({post->height, *std::move(scores)});
      } else if (auto operation = economy::parse_node_operation(post->view())) {
        events.push_back({post->height, *std::move(operation)});
      }
    }
    out.looked_at += page->items.size();
    request.after = page->next;
    out.complete = !request.after || events.size() + balances.size() < config.posts_max;
  } while (request.after && out.complete);

  // Which rows a post of balances replaces depends on those confirmed before it.
  std::sort(balances.begin(), balances.end(), [](const Post& a, const Post& b) {
    return std::tie(a.height, a.time, a.hash) < std::tie(b.height, b.time, b.hash);
  });
  BalanceRows rows;
  for (const Post& post : balances) {
    if (auto snapshot = rows.take(post)) events.push_back({post.height, *std::move(snapshot)});
  }
  economy::sort_events(events);
  return out;
}

std::shared_ptr<const Reckoning> reckon(const store::View& view, const RewardConfig& config,
                                        const std::vector<std::string>& balance_senders, std::uint64_t final_height,
                                        const Reckoning* last) {
  auto reckoning = std::make_shared<Reckoning>();
  auto found = confirmed_events(view, config, balance_senders);
  if (!found) {
    reckoning->error = found.error();
    return reckoning;
  }
  reckoning->looked_at = found->looked_at;
  const std::vector<economy::RegistryEvent>& events = found->events;
  const std::uint64_t windows = economy::whole_windows(final_height, config.terms);
  const std::uint64_t paid = last != nullptr ? last->statement.end / config.terms.window_blocks : 0;
  const bool continues = last != nullptr && last->ledger && paid <= windows &&
                         economy::digest_of_events(events, last->statement.end) == last->statement.known;
  economy::Ledger& ledger =
      reckoning->ledger.emplace(continues ? economy::pay_further(*last->ledger, paid, events, windows, config.terms)
                                          : economy::pay_windows(events, windows, config.terms));
  RewardStatement& said = reckoning->statement;
  said.end = windows * config.terms.window_blocks;
  said.events = events.size();
  said.known = economy::digest_of_events(events, said.end);
  said.complete = found->complete;
  said.accounts = economy::digest_of_accounts(ledger);
  said.sum = ledger.sum();
  said.supply = ledger.supply();
  said.distributed = present(config.terms.pool.minus(ledger.balance({economy::AccountKind::pool, {}})));
  said.postings = ledger.postings();
  return reckoning;
}

RewardLink::RewardLink(std::shared_ptr<const RewardConfig> config, std::vector<std::string> balance_senders,
                       Query query, Callback<void(const Error&)> damaged)
    : config_(std::move(config)),
      balance_senders_(std::move(balance_senders)),
      query_(std::move(query)),
      damaged_(std::move(damaged)) {}

void RewardLink::look(std::optional<std::uint64_t> final_height) {
  if (!final_height || under_way_) return;
  const std::uint64_t height = *final_height;
  const std::uint64_t windows = economy::whole_windows(height, config_->terms);
  if (windows == 0 || reckoned_ == windows) return;
  const std::uint64_t posts = newest_ ? newest_->looked_at : 0;
  under_way_ = query_(
      kCostOfReckoning + kCostOfPost * static_cast<std::int64_t>(posts),
      [config = config_, senders = balance_senders_, height, last = newest_](
          const store::View& view) -> env::JobResult { return reckon(view, *config, senders, height, last.get()); },
      [this, windows](env::JobResult result) { take(windows, std::move(result)); });
}

void RewardLink::take(std::uint64_t windows, env::JobResult result) {
  under_way_ = false;
  auto reckoning = std::static_pointer_cast<const Reckoning>(std::move(result));
  if (const auto& error = reckoning->error) return damaged_(*error);
  newest_ = std::move(reckoning);
  reckoned_ = windows;
}

}  // namespace lastmile::node
