#include "tests/unit/store/population.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>

namespace lastmile::store::test {
namespace {

constexpr std::uint64_t kMiB = 1048576;
const std::vector<std::string> kOwners{"0xA", "0xB", "0xC"};

struct Known {
  Made made;
  std::string owner;
  bool own;  // signed by its owner
  bool security;
  bool used;  // a file that a machine names
};

class Maker {
 public:
  explicit Maker(const PopulationRules& rules) : rules_(rules) {
    for (int file = 0; file < 6; ++file)
      out_.files.emplace_back(file, (3 + 6 * static_cast<std::uint64_t>(file)) * kMiB);
  }

  void step(const Step& s) {
    const std::string& who = kOwners[s.who % kOwners.size()];
    // Half of the time on behalf of somebody else.
    const std::string& owner = !rules_.provable && s.other % 2 == 1 ? kOwners[s.other / 2 % kOwners.size()] : who;
    const double time = s.time % 16;  // few, so that equal times are common
    // Some contents lie elsewhere and come later than their envelope.
    far_ = (s.who + s.target + s.detail) % 6 == 0;
    switch (s.kind % 18) {
      case 0:
        return add(write(Type::POST, who, owner, time, "\"type\":\"note\",\"content\":" + number(s.detail)), owner);
      case 1:
      case 2:
        return change(s, who, owner, time);
      case 3:
      case 4:
        return element(s, who, owner, time);
      case 5:
        return delegate(s, who, time);
      case 6:
      case 7:
        return file(s, who, owner, time);
      case 8:
        return machine(s, who, owner, time);
      case 9:
      case 10:
        return away(s, who, time);
      case 11:
        return key_away(s, who, time);
      case 12:
        return money(s, time);
      case 13:
        return instance(s, who, owner, time);
      case 14:
        return verified(s, who, owner, time);
      case 15:
      case 16:
        return confirm(s, time);
      default:
        return credit(s, time);
    }
  }

  Population take() { return std::move(out_); }

 private:
  static std::string number(int n) { return std::to_string(n); }

  Made write(Type type, const std::string& who, const std::string& owner, double time, const std::string& body,
             const std::string& channel = "TEST") const {
    Draft draft;
    draft.type = type;
    draft.sender = who;
    draft.owner = owner;
    draft.time = time;
    draft.body = body;
    draft.channel = channel;
    return far_ ? make_fetched(draft) : make(draft);
  }

  void add(Made made, const std::string& owner, bool security = false) {
    if (!hashes_.insert(made.hash).second) return;
    const bool own = made.message.envelope->sender == owner;
    known_.push_back({made, owner, own, security, false});
    out_.messages.push_back(std::move(made));
  }

  // Any message made so far; the list is not in order of time.
  const Known* pick(std::uint8_t target) const { return known_.empty() ? nullptr : &known_[target % known_.size()]; }
  Known* pick(std::uint8_t target, Type type) {
    for (std::size_t i = 0; i < known_.size(); ++i) {
      Known& k = known_[(target + i) % known_.size()];
      if (k.made.message.envelope->type == type) return &k;
    }
    return nullptr;
  }

  void change(const Step& s, const std::string& who, const std::string& owner, double time) {
    const Known* original = s.detail % 8 == 0 ? pick(s.target) : pick(s.target, Type::POST);
    if (original == nullptr) return;
    const std::string& acts_for = rules_.provable ? who : s.detail % 4 == 1 ? owner : original->owner;
    add(write(Type::POST, who, acts_for, time,
              "\"type\":\"amend\",\"ref\":\"" + original->made.hash.text() + "\",\"content\":" + number(s.detail)),
        acts_for);
  }

  void element(const Step& s, const std::string& who, const std::string& owner, double time) {
    const std::string key = s.detail % 16 == 0 ? "security" : "key" + number(s.detail % 2);
    const std::string members = "{\"" + number(s.target % 3) + "\":" + number(s.detail) + ",\"" + number(s.target % 5) +
                                "\":{\"deep\":" + number(s.other) + "}}";
    add(write(Type::AGGREGATE, who, owner, time, "\"key\":\"" + key + "\",\"content\":" + members), owner,
        key == "security");
  }

  void delegate(const Step& s, const std::string& who, double time) {
    const std::string& to = kOwners[s.other % kOwners.size()];
    std::string entry = "{\"address\":\"" + to + "\"";
    if (s.detail % 4 == 1) entry += ",\"types\":[\"POST\",\"STORE\"]";
    if (s.detail % 4 == 2) entry += ",\"post_types\":[\"note\"]";
    entry += "}";
    const std::string list = s.detail % 3 == 0 ? "[]" : "[" + entry + "]";
    add(write(Type::AGGREGATE, who, who, time, "\"key\":\"security\",\"content\":{\"authorizations\":" + list + "}"),
        who, true);
  }

  void file(const Step& s, const std::string& who, const std::string& owner, double time) {
    std::string body = "\"item_type\":\"storage\",\"item_hash\":\"" + file_hash(s.detail % 6).text() + "\"";
    const Known* first = s.target % 3 == 0 ? pick(s.target, Type::STORE) : nullptr;
    if (first != nullptr) body += ",\"ref\":\"" + first->made.hash.text() + "\"";
    if (s.target % 3 == 1) body += ",\"ref\":\"name\"";
    if (s.detail % 3 == 0) body += ",\"payment\":{\"type\":\"credit\"}";
    add(write(Type::STORE, who, owner, time, body), owner);
  }

  void machine(const Step& s, const std::string& who, const std::string& owner, double time) {
    Known* code = pick(s.target, Type::STORE);
    Known* disk = pick(s.detail, Type::STORE);
    if (code == nullptr || forgotten_.contains(code->made.hash) || forgotten_.contains(disk->made.hash)) return;
    code->used = disk->used = true;
    const Known* old = s.detail % 2 == 0 ? pick(s.target, Type::PROGRAM) : nullptr;
    const std::string ref = code->made.hash.text();
    const std::string latest = s.other % 2 == 0 ? "true" : "false";
    const std::string volumes =
        s.detail % 3 == 0 ? "[{\"mount\":\"/d\",\"size_mib\":10,\"persistence\":\"host\",\"parent\":{\"ref\":\"" +
                                disk->made.hash.text() + "\",\"use_latest\":" + latest + "}}]"
                          : "[{\"mount\":\"/d\",\"ref\":\"" + disk->made.hash.text() + "\"}]";
    std::string body =
        std::string("\"type\":\"vm-function\",\"allow_amend\":") + (s.detail % 5 == 0 ? "false" : "true") +
        ",\"code\":{\"encoding\":\"zip\",\"entrypoint\":\"m:a\",\"ref\":\"" + ref + "\",\"use_latest\":" + latest +
        "},\"runtime\":{\"ref\":\"" + ref +
        "\",\"comment\":\"\"},\"environment\":{},\"resources\":{},\"on\":{\"http\":true},\"volumes\":" + volumes;
    if (old != nullptr) body += ",\"replaces\":\"" + old->made.hash.text() + "\"";
    add(write(Type::PROGRAM, who, owner, time, body), owner);
  }

  void instance(const Step& s, const std::string& who, const std::string& owner, double time) {
    Known* disk = pick(s.target, Type::STORE);
    if (disk == nullptr || forgotten_.contains(disk->made.hash)) return;
    disk->used = true;
    const Known* old = s.detail % 2 == 0 ? pick(s.target, Type::INSTANCE) : nullptr;
    const std::string latest = s.other % 2 == 0 ? "true" : "false";
    const std::string payment = s.detail % 3 == 0 ? R"("payment":{"type":"credit"},)" : "";
    std::string body = payment + "\"allow_amend\":" + (s.detail % 5 == 0 ? "false" : "true") +
                       R"(,"environment":{"hypervisor":"qemu"},"resources":{"vcpus":1,"memory":)" +
                       number(128 + s.target % 2) + R"(},"rootfs":{"parent":{"ref":")" + disk->made.hash.text() +
                       R"(","use_latest":)" + latest + R"(},"persistence":"host","size_mib":)" +
                       number(10 + s.detail % 20) + "}";
    if (old != nullptr) body += ",\"replaces\":\"" + old->made.hash.text() + "\"";
    add(write(Type::INSTANCE, who, owner, time, body), owner);
  }

  void verified(const Step& s, const std::string& who, const std::string& owner, double time) {
    Known* first = pick(s.target, Type::STORE);
    Known* second = pick(s.detail, Type::STORE);
    if (first == nullptr) return;
    if (forgotten_.contains(first->made.hash) || forgotten_.contains(second->made.hash)) return;
    first->used = second->used = true;
    const std::string roothash(64, 'a');
    add(write(Type::V_PROGRAM, who, owner, time,
              R"("allow_amend":false,"payment":{"type":"credit"},"environment":{},"resources":{"vcpus":1,"memory":)" +
                  number(128 + s.detail % 2) + R"(},"runtime":{"ref":")" + first->made.hash.text() +
                  R"("},"workload":{"ref":")" + second->made.hash.text() + R"(","hash_tree":")" +
                  first->made.hash.text() + R"(","roothash":")" + roothash +
                  R"("},"verification":{"backend":"sev_snp","measurements":[{"platform":"sev_snp","digest":")" +
                  std::string(96, 'b') + R"("}]},"volumes":[])"),
        owner);
  }

  void confirm(const Step& s, double time) {
    const Known* target = pick(s.target);
    if (target == nullptr) return;
    Confirmation seen;
    seen.chain = s.detail % 3 == 0 ? "SOL" : "ETH";
    seen.height = 22'195'990 + s.detail % 20;  // around the height from which old messages have to be paid for
    seen.transaction = "0x" + number(s.other);
    seen.time = at(time);
    seen.publisher = "0xPublisher";
    seen.final = s.other % 2 == 0;
    for (const auto& [hash, other] : out_.confirmations) {
      if (hash == target->made.hash && other.chain == seen.chain && other.transaction == seen.transaction) return;
    }
    out_.confirmations.emplace_back(target->made.hash, seen);
  }

  void away(const Step& s, const std::string& who, double time) {
    std::vector<ItemHash> targets;
    bool foreign = false;
    for (int i = 0; i <= s.detail % 2; ++i) {
      const Known* target = pick(static_cast<std::uint8_t>(s.target + 7 * i));
      // What a machine needs may be named by FORGETs too, but then the first of the two wins (docs/decisions/0121).
      if (target == nullptr || target->used) continue;
      const bool theirs = target->owner != who;
      if ((theirs || foreign) && (target->security || rules_.provable)) continue;
      foreign = foreign || theirs;
      forgotten_.insert(target->made.hash);
      targets.push_back(target->made.hash);
    }
    if (targets.empty()) return;
    Made made = forget(who, time, targets);
    if (!hashes_.insert(made.hash).second) return;
    known_.push_back({made, who, true, false, false});
    (foreign ? out_.last : out_.messages).push_back(std::move(made));
  }

  void key_away(const Step& s, const std::string& who, double time) {
    const std::string key = s.detail % 4 == 0 ? "security" : "key" + number(s.detail % 2);
    Made made = forget(who, time, {}, {key});
    if (hashes_.insert(made.hash).second) out_.messages.push_back(std::move(made));
  }

  void money(const Step& s, double time) {
    if (!rules_.money) return;
    add(balances(time, 100 + s.target % 8, {{kOwners[s.who % kOwners.size()], number(s.detail * 2)}}), kBalanceOwner);
  }

  void credit(const Step& s, double time) {
    if (!rules_.money) return;
    if (s.target % 3 == 0) {
      const std::string& from = kOwners[s.who % kOwners.size()];
      const std::string& to = kOwners[(s.who + 1) % kOwners.size()];
      add(write(Type::POST, from, from, time,
                "\"type\":\"aleph_credit_transfer\",\"content\":{\"transfer\":{\"credits\":[{\"address\":\"" + to +
                    "\",\"amount\":" + number(1 + s.detail) + "}]}}",
                "ALEPH_CREDIT"),
          from);
      return;
    }
    add(credits(time, {{kOwners[s.who % kOwners.size()], 1 + s.detail * 2}}), kCreditOwner);
  }

  PopulationRules rules_;
  bool far_ = false;
  Population out_;
  std::vector<Known> known_;
  std::set<ItemHash> hashes_;
  std::set<ItemHash> forgotten_;
};

}  // namespace

// What others make of it: they sign for the same hash, among them who may act for its owner, or relay it in another
// channel, which nobody signs. The same ones whoever asks.
std::vector<Made> copies_of(const Made& made) {
  std::vector<Made> copies;
  const auto digest = made.hash.digest();
  if (!digest) return copies;
  for (std::size_t i = 0; i < 2 * kOwners.size(); ++i) {
    if (digest->bytes[i] % 8 != 0) continue;
    Made copy = made;
    auto envelope = std::make_shared<message::Envelope>(*made.message.envelope);
    const int kind = digest->bytes[i] / 8 % 4;
    if (kind != 0) envelope->sender = kOwners[i % kOwners.size()];
    if (kind < 2) envelope->channel = "relayed";
    envelope->signature = "0x" + std::to_string(10 + i);
    copy.message.envelope = std::move(envelope);
    copies.push_back(std::move(copy));
  }
  return copies;
}

Population populate(const std::vector<Step>& steps, const PopulationRules& rules) {
  Maker maker(rules);
  for (const Step& step : steps) maker.step(step);
  return maker.take();
}

void deliver(Node& node, const Population& population, std::uint64_t seed) {
  Generator random(seed);
  std::vector<std::function<void()>> events;
  for (const Made& made : population.messages) {
    if (made.message.fetched != nullptr) {
      // A copy with another time: the earliest counts, whichever comes first.
      auto envelope = std::make_shared<message::Envelope>(*made.message.envelope);
      envelope->time = envelope->time + (made.hash.text().front() % 2 == 0 ? seconds(3) : Duration{} - seconds(3));
      envelope->time_number = message::seconds_of_wall(envelope->time);
      Made copy = made;
      copy.message.envelope = std::move(envelope);
      events.emplace_back([&node, copy] { node.accept_unfetched(copy); });
    }
    events.emplace_back([&node, &made] { node.accept(made); });
    for (const Made& copy : copies_of(made)) {
      events.emplace_back([&node, copy] { node.accept(copy); });
      if (copy.message.fetched != nullptr) events.emplace_back([&node, copy] { node.accept_unfetched(copy); });
    }
    if (random.chance(0.2)) events.emplace_back([&node, &made] { node.accept(made); });
    if (random.chance(0.2))
      events.emplace_back([&node, &made] { EXPECT_TRUE(node.store->give_up(made, node.now).ok()); });
  }
  const auto confirm_all = [&node, &population] {
    for (const auto& [hash, seen] : population.confirmations) {
      EXPECT_TRUE(node.store->add_confirmations({{hash, seen}}, node.now).ok());
    }
  };
  for (const auto& confirmation : population.confirmations) {
    events.emplace_back([&node, &confirmation] {
      const auto& [hash, seen] = confirmation;
      EXPECT_TRUE(node.store->add_confirmations({{hash, seen}}, node.now).ok());
    });
  }
  // A reorganisation takes some back; in the end they are in other blocks of the same heights.
  if (random.chance(0.3)) {
    const std::uint64_t from = 22'195'990 + random.below(20);
    events.emplace_back([&node, from] { EXPECT_TRUE(node.store->remove_confirmations("ETH", from, node.now).ok()); });
  }
  for (const auto& file : population.files) {
    events.emplace_back([&node, &file] { node.file(file.first, file.second); });
  }
  random.shuffle(events);
  for (const auto& event : events) event();
  confirm_all();
  std::vector<const Made*> last;
  std::vector<Made> copies;
  for (const Made& made : population.last) std::ranges::move(copies_of(made), std::back_inserter(copies));
  for (const Made& made : population.last) last.push_back(&made);
  for (const Made& copy : copies) last.push_back(&copy);
  random.shuffle(last);
  node.finish();
  for (const Made* made : last) {
    node.accept(*made);
    node.finish();
  }
}

}  // namespace lastmile::store::test
