// The saved state of a follower: JSON, so that people can look at it.
//   {"version":1,"chain":"ethereum","next":12,"final":3,"reread":5,"window":[[10,"0x.."],..],"queue":[{..},..]}
#include <algorithm>
#include <iterator>

#include "core/chain/follower.hpp"
#include "core/message/json_tools.hpp"
#include "core/message/json_view.hpp"

namespace lastmile::chain {
namespace {

using message::JsonView;

constexpr std::int64_t kVersion = 1;

void append_text(std::string& out, std::string_view key, std::string_view text) {
  out.append(key);
  message::append_json_string(out, text);
}

std::optional<std::uint64_t> natural(const std::optional<JsonView>& value) {
  if (!value || value->kind() != message::JsonKind::number) return std::nullopt;
  const auto number = value->integer();
  if (!number || *number < 0 || *number > std::int64_t{1} << 62) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

std::optional<std::string> text_of(const std::optional<JsonView>& value) {
  if (!value || !value->is_string()) return std::nullopt;
  return value->string();
}

}  // namespace

std::string ChainFollower::save() const {
  std::string out = R"({"version":)" + std::to_string(kVersion);
  append_text(out, R"(,"chain":)", config_.name);
  out.append(R"(,"next":)").append(std::to_string(next_));
  if (final_) out.append(R"(,"final":)").append(std::to_string(*final_));
  // Both are read again after a restart: the lower one covers the other.
  std::optional<std::uint64_t> reread = stale_from_;
  if (overflow_ && (!reread || overflow_->first < *reread)) reread = overflow_->first;
  if (reread) out.append(R"(,"reread":)").append(std::to_string(*reread));
  out.append(R"(,"window":[)");
  const auto above = window_.lower_bound(next_);
  const auto size = static_cast<std::size_t>(std::distance(window_.begin(), above));
  auto block = std::next(window_.begin(), static_cast<std::ptrdiff_t>(size - std::min(size, kSavedBlocksMax)));
  for (bool first = true; block != above; ++block, first = false) {
    out.append(first ? "[" : ",[").append(std::to_string(block->first));
    append_text(out, ",", block->second);
    out.push_back(']');
  }
  out.append(R"(],"queue":[)");
  bool first = true;
  for (const auto& [id, transaction] : queue_) {
    out.append(first ? "{" : ",{");
    first = false;
    out.append(R"("time":)").append(std::to_string(id.time.ns));
    out.append(R"(,"height":)").append(std::to_string(id.height));
    out.append(R"(,"index":)").append(std::to_string(id.index));
    append_text(out, R"(,"transaction":)", id.transaction);
    append_text(out, R"(,"publisher":)", transaction.publisher);
    if (transaction.archive) append_text(out, R"(,"archive":)", transaction.archive->view());
    if (!transaction.archive) append_text(out, R"(,"payload":)", transaction.payload);
    if (transaction.from_contract) append_text(out, R"(,"type":)", transaction.message_type);
    out.push_back('}');
  }
  out.append("]}");
  return out;
}

Result<Unit> ChainFollower::restore(std::string_view saved) {
  const auto damaged = [this](const char* what) -> Result<Unit> {
    *this = ChainFollower(config_);
    return Error{std::string("saved state of chain ") + config_.name + ": " + what};
  };
  const auto view = JsonView::parse(saved);
  if (!view || !view->is_object()) return damaged("not readable");
  if (natural(view->find("version")) != std::uint64_t{kVersion}) return damaged("another version");
  if (text_of(view->find("chain")) != config_.name) return damaged("of another chain");
  const auto next = natural(view->find("next"));
  if (!next) return damaged("no height");
  next_ = std::max(*next, config_.start_height);
  final_ = natural(view->find("final"));
  // Everything from there on is read again as soon as there is room.
  if (const auto reread = natural(view->find("reread")))
    overflow_ = Position(std::max(*reread, config_.start_height), 0);
  left_since_overflow_ = true;

  const auto window = view->find("window");
  const auto queue = view->find("queue");
  if (!window || !window->is_array() || !queue || !queue->is_array()) return damaged("no window or queue");
  const bool blocks = window->each([this](JsonView item) {
    std::optional<std::uint64_t> height;
    std::optional<std::string> hash;
    if (!item.is_array()) return false;
    item.each([&](JsonView part) {
      (part.is_string() ? void(hash = part.string()) : void(height = natural(part)));
      return true;
    });
    if (!height || !hash) return false;
    if (*height < next_) remember_block(*height, *hash);
    return true;
  });
  if (!blocks) return damaged("a block is not readable");

  const bool transactions = queue->each([this](JsonView item) {
    if (!item.is_object() || queue_.size() >= kSavedTransactionsMax) return false;
    const auto time = item.find("time");
    const auto ns = time && time->kind() == message::JsonKind::number ? time->integer() : std::nullopt;
    const auto height = natural(item.find("height"));
    const auto index = natural(item.find("index"));
    auto name = text_of(item.find("transaction"));
    auto publisher = text_of(item.find("publisher"));
    if (!ns || !height || !index || *index > 0xffffffffu || !name || !publisher) return false;
    Transaction transaction;
    transaction.publisher = std::move(*publisher);
    if (auto type = text_of(item.find("type"))) {
      transaction.from_contract = true;
      transaction.message_type = std::move(*type);
    }
    if (const auto archive = text_of(item.find("archive"))) {
      transaction.archive = message::ItemHash::parse(*archive);
      if (!transaction.archive || transaction.from_contract) return false;
    } else {
      auto payload = text_of(item.find("payload"));
      if (!payload) return false;
      transaction.payload = std::move(*payload);
    }
    TransactionId id{Wall{*ns}, *height, static_cast<std::uint32_t>(*index), std::move(*name)};
    if (*height >= next_ || queue_.contains(id)) return true;  // read again anyway
    if (!is_final(*height)) seen_[*height].insert({id.transaction, id.index});
    add(std::move(id), std::move(transaction));
    return true;
  });
  if (!transactions) return damaged("a transaction is not readable");
  return Unit{};
}

}  // namespace lastmile::chain
