#include "scenarios/engine/traffic/author.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/present.hpp"
#include "core/crypto/hash.hpp"
#include "core/economy/content_cost.hpp"
#include "core/message/content.hpp"
#include "scenarios/engine/text/json.hpp"

namespace lastmile::scenario {
namespace {

constexpr std::string_view kChannel = "LASTMILE";
constexpr int kChoiceDraws = 16;
constexpr std::uint64_t kMiB = 1ULL << 20;

}  // namespace

Author::Author(const TrafficSpec& spec, std::uint64_t seed, std::uint64_t first_account, const Economy* economy)
    : spec_(spec),
      draws_(substream(seed, kRunScope, "traffic:" + spec.name + ":choices")),
      texts_(substream(seed, kRunScope, "traffic:" + spec.name + ":texts")),
      wallets_(spec, seed, first_account) {
  if (spec.delegation) {
    Generator draws(substream(seed, kRunScope, "traffic:" + spec.name + ":delegations"));
    delegations_.emplace(*spec.delegation, wallets_, draws);
  }
  if (economy != nullptr) rules_ = economy_rules(*economy);
}

message::Type Author::draw_type() {
  std::uint64_t left = draws_.below(kWhole);
  for (const auto& [type, share] : spec_.types) {
    if (left < share.parts) return type;
    left -= share.parts;
  }
  return spec_.types.back().first;
}

template <class Fits>
std::optional<std::size_t> Author::choose(Instant now, const Fits& fits) {
  const Instant latest = now - Traffic::kFollowUpPause;
  const auto end = std::partition_point(own_.begin(), own_.end(), [&](const Own& own) { return own.time <= latest; });
  const auto count = static_cast<std::size_t>(end - own_.begin());
  for (int i = 0; count > 0 && i < kChoiceDraws; ++i) {
    const auto position = static_cast<std::size_t>(draws_.below(count));
    const Own& own = own_[position];
    if (!own.gone && !own.uncertain && fits(own)) return position;
  }
  return std::nullopt;
}

std::string Author::padded(std::string content, std::string_view tail, std::size_t wanted) {
  const std::size_t used = content.size() + tail.size();
  content += filler(texts_, wanted > used ? wanted - used : 0);
  content += tail;
  return content;
}

std::string Author::post(Publication& p, Own& own, std::string_view address, Wall time) {
  const auto wanted = static_cast<std::size_t>(std::min(spec_.size.draw(draws_), kContentBytesMax));
  std::optional<std::size_t> original;
  if (!own.uncertain && draws_.below(kWhole) < spec_.amends.parts) {
    original = choose(
        p.time, [&](const Own& o) { return o.type == message::Type::POST && !o.amend && o.wallet == own.wallet; });
  }
  std::string content = content_head(address, time);
  if (original) {
    own.amend = true;
    own_[*original].amends.push_back(own_.size());  // where it will stand
    p.needs.push_back(own_[*original].number);
    content += ",\"type\":\"amend\",\"ref\":" + in_quotes(own_[*original].hash.view());
  } else {
    content += ",\"type\":\"note\"";
  }
  return padded(content + ",\"content\":{\"text\":\"", "\"}}", wanted);
}

std::string Author::aggregate(std::string_view address, Wall time) {
  const auto wanted = static_cast<std::size_t>(std::min(spec_.size.draw(draws_), kContentBytesMax));
  const std::uint64_t key = draws_.below(spec_.aggregate_keys);
  // One to three of eight names, so that elements of one key overlap.
  const std::uint64_t names = 1 + draws_.below(3);
  const std::uint64_t first = draws_.below(8);
  std::string content = content_head(address, time) + ",\"key\":\"key-" + std::to_string(key) + "\",\"content\":{";
  for (std::uint64_t i = 0; i + 1 < names; ++i) {
    content += "\"name-" + std::to_string((first + i) % 8) + "\":" + std::to_string(draws_.below(1'000'000)) + ",";
  }
  return padded(content + "\"name-" + std::to_string((first + names - 1) % 8) + "\":\"", "\"}}", wanted);
}

std::string Author::store(Publication& p, Own& own, std::string_view address, Wall time) {
  std::optional<std::size_t> earlier;
  if (draws_.below(kWhole) >= spec_.new_files.parts) {
    earlier = choose(p.time, [](const Own& o) { return o.type == message::Type::STORE; });
  }
  if (earlier) {
    own.file = own_[*earlier].file;
    own.file_size = own_[*earlier].file_size;
    p.needs.push_back(own_[*earlier].number);  // which brought the file
  } else {
    const auto size = static_cast<std::uint64_t>(std::min(spec_.file_size.draw(draws_), kFileBytesMax));
    auto bytes = std::make_shared<const Bytes>(file_bytes(texts_, static_cast<std::size_t>(size)));
    own.file = message::ItemHash::of(crypto::sha256(ByteView(*bytes)));
    own.file_size = size;
    p.uploads.push_back({own.file, std::move(bytes)});
  }
  std::string content =
      content_head(address, time) + ",\"item_type\":\"storage\",\"item_hash\":" + in_quotes(own.file.view());
  // A quarter of the files are versions of a document with a name of the owner's choice.
  if (draws_.below(4) == 0)
    content += ",\"ref\":\"document-" + std::to_string(draws_.below(spec_.aggregate_keys)) + "\"";
  return content + "}";
}

std::optional<std::string> Author::program(Publication& p, std::string_view address, Wall time) {
  const auto file = choose(p.time, [](const Own& o) { return o.type == message::Type::STORE; });
  if (!file) return std::nullopt;
  own_[*file].used = true;
  p.needs.push_back(own_[*file].number);
  const std::string ref = in_quotes(own_[*file].hash.view());
  return content_head(address, time) +
         ",\"type\":\"vm-function\",\"allow_amend\":false,\"code\":{\"encoding\":\"zip\",\"entrypoint\":\"main:app\","
         "\"ref\":" +
         ref + ",\"use_latest\":false},\"on\":{\"http\":true},\"environment\":{\"internet\":true}," +
         "\"resources\":{\"vcpus\":1,\"memory\":128,\"seconds\":30},\"runtime\":{\"ref\":" + ref +
         ",\"use_latest\":false,\"comment\":\"runtime\"}}";
}

std::optional<std::string> Author::instance(Publication& p, std::string_view address, Wall time) {
  const auto file = choose(p.time, [](const Own& o) { return o.type == message::Type::STORE; });
  if (!file) return std::nullopt;
  own_[*file].used = true;
  p.needs.push_back(own_[*file].number);
  const std::uint64_t size_mib = std::max<std::uint64_t>(1024, (own_[*file].file_size + kMiB - 1) / kMiB);
  return content_head(address, time) +
         ",\"allow_amend\":false,\"environment\":{\"internet\":true},\"resources\":{\"vcpus\":1,\"memory\":2048,"
         "\"seconds\":30}," +
         "\"rootfs\":{\"parent\":{\"ref\":" + in_quotes(own_[*file].hash.view()) +
         ",\"use_latest\":false},\"persistence\":\"host\",\"size_mib\":" + std::to_string(size_mib) + "}}";
}

std::string Author::forget(Publication& p, std::size_t target, std::string_view address, Wall time) {
  Own& named = own_[target];
  named.gone = true;
  p.needs.push_back(named.number);
  // Amends go with their original.
  for (const std::size_t amend : named.amends) own_[amend].gone = true;
  return content_head(address, time) + ",\"hashes\":[" + in_quotes(named.hash.view()) +
         "],\"reason\":\"no longer wanted\"}";
}

// By whom and for whom this message is written when not by its owner.
std::optional<Delegations::Pair> Author::draw_delegation(const Publication& p, message::Type type) {
  const bool can = type == message::Type::POST || type == message::Type::AGGREGATE || type == message::Type::STORE;
  if (!delegations_ || !can || !delegations_->is_delegated()) return std::nullopt;
  return delegations_->acting(p.time, Traffic::kFollowUpPause);
}

bool Author::may(const Delegations::Pair& pair, const Own& own, const std::string& content) {
  const auto parsed = message::parse_content(own.type, content);
  LM_CHECK(parsed.ok());
  message::PermissionFacts facts;
  facts.chain = wallets_.account(pair.delegate).chain();
  facts.channel = kChannel;
  facts.type = own.type;
  if (const auto* post = parsed->as<message::Post>()) facts.post_type = post->type;
  if (const auto* aggregate = parsed->as<message::Aggregate>()) facts.aggregate_key = aggregate->key;
  return present(delegations_).allowed(pair, facts);
}

// What the owner must hold for it, by the network's own price table.
void Author::charge(Publication& p, Own& own, const std::string& content) {
  const auto parsed = message::parse_content(own.type, content);
  LM_CHECK(parsed.ok());
  const auto size_of = [this](const message::ItemHash& hash) -> std::optional<std::uint64_t> {
    const auto found = file_sizes_.find(hash);
    return found == file_sizes_.end() ? std::nullopt : std::optional(found->second);
  };
  const economy::FileSizes sizes{[&](const message::ItemHash&) { return own.file_size; },
                                 [&](const message::FileRef& ref) { return size_of(ref.ref); }};
  const auto input = economy::cost_input(*parsed, sizes);
  if (!input) return;  // it is free
  if (own.type == message::Type::STORE) file_sizes_.emplace(p.item_hash, own.file_size);
  const auto paid = present(economy::paid_message(*parsed, p.content_time, own.file_size, std::nullopt));
  static const economy::PriceTable kPrices;
  const auto cost = economy::cost_of(*input, kPrices);
  LM_CHECK(cost.ok());
  economy::Commitment costs;
  costs.hash = p.item_hash;
  costs.time = p.content_time;
  costs.payment = cost->payment;
  costs.cost = cost->total;
  costs.admission_free = economy::admission_free(paid, present(rules_).payment);
  costs.removable = economy::removable(paid, present(rules_).payment);
  // A file is used by programs whoever pays for it; nothing else builds on what may be refused.
  if (!costs.admission_free) own.used = true;
  p.costs = costs;
}

void Author::write(Publication& p) {
  Wall time = wall_at(p.time);
  message::Type type = draw_type();
  auto wallet = static_cast<std::uint32_t>(draws_.below(wallets_.size()));
  std::optional<std::size_t> target;
  if (type == message::Type::FORGET) {
    target = choose(p.time, [](const Own& o) { return o.type != message::Type::FORGET && !o.used; });
    if (target) {
      wallet = own_[*target].wallet;  // only the owner may
    } else {
      type = message::Type::POST;  // nothing to forget yet
    }
  }
  const bool element = delegations_ && type == message::Type::AGGREGATE && delegations_->writes_element();
  const auto acting = element ? std::nullopt : draw_delegation(p, type);
  if (acting) wallet = acting->owner;
  if (element || acting) time = present(delegations_).own_time(wallet, time);
  const crypto::Account& owner = wallets_.account(wallet);
  Own own{.number = p.number, .time = p.time, .hash = {}, .type = type, .wallet = wallet};
  own.uncertain = acting.has_value();
  std::optional<std::string> content;
  switch (type) {
    case message::Type::AGGREGATE:
      content = element ? content_head(owner.address(), time) + ",\"key\":\"security\",\"content\":" +
                              present(delegations_).next_element(wallet, p.number, p.time) + "}"
                        : aggregate(owner.address(), time);
      break;
    case message::Type::STORE:
      content = store(p, own, owner.address(), time);
      break;
    case message::Type::PROGRAM:
      content = program(p, owner.address(), time);
      break;
    case message::Type::INSTANCE:
      content = instance(p, owner.address(), time);
      break;
    case message::Type::FORGET:
      content = forget(p, present(target), owner.address(), time);
      break;
    default:
      break;
  }
  if (!content) {  // a POST, or a program without a file to run
    own.type = message::Type::POST;
    content = post(p, own, owner.address(), time);
  }
  if (element) own.used = true;  // nobody forgets his own rules
  if (acting) {
    p.unauthorised = !may(*acting, own, *content);
    p.needs.push_back(present(delegations_).element_of(acting->owner));
  }
  const std::string text = rules_ ? *content : std::string();
  seal(p, acting ? wallets_.account(acting->delegate) : owner, own.type, std::move(*content), time, kChannel);
  p.content_time = Wall{(time.ns + 500) / 1000 * 1000};
  p.owner = owner.address();
  if (rules_) charge(p, own, text);
  own.hash = p.item_hash;
  own_.push_back(std::move(own));
}

void Author::lost(std::uint64_t number) {
  const auto found =
      std::partition_point(own_.begin(), own_.end(), [&](const Own& own) { return own.number < number; });
  if (found == own_.end() || found->number != number) return;
  found->gone = true;
  for (const std::size_t amend : found->amends) own_[amend].gone = true;
}

}  // namespace lastmile::scenario
