#include "tests/unit/store/population.hpp"

#include <algorithm>
#include <functional>
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
    switch (s.kind % 14) {
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
      default:
        return credit(s, time);
    }
  }

  Population take() { return std::move(out_); }

 private:
  static std::string number(int n) { return std::to_string(n); }

  static Made write(Type type, const std::string& who, const std::string& owner, double time, const std::string& body,
                    const std::string& channel = "TEST") {
    Draft draft;
    draft.type = type;
    draft.sender = who;
    draft.owner = owner;
    draft.time = time;
    draft.body = body;
    draft.channel = channel;
    return make(draft);
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
  Population out_;
  std::vector<Known> known_;
  std::set<ItemHash> hashes_;
  std::set<ItemHash> forgotten_;
};

}  // namespace

Population populate(const std::vector<Step>& steps, const PopulationRules& rules) {
  Maker maker(rules);
  for (const Step& step : steps) maker.step(step);
  return maker.take();
}

void deliver(Node& node, const Population& population, std::uint64_t seed) {
  Generator random(seed);
  std::vector<std::function<void()>> events;
  for (const Made& made : population.messages) {
    events.emplace_back([&node, &made] { node.accept(made); });
    if (random.chance(0.2)) events.emplace_back([&node, &made] { node.accept(made); });
    if (random.chance(0.2))
      events.emplace_back([&node, &made] { EXPECT_TRUE(node.store->give_up(made, node.now).ok()); });
  }
  for (const auto& [number, bytes] : population.files) {
    events.emplace_back([&node, number = number, bytes = bytes] { node.file(number, bytes); });
  }
  random.shuffle(events);
  for (const auto& event : events) event();
  std::vector<const Made*> last;
  for (const Made& made : population.last) last.push_back(&made);
  random.shuffle(last);
  for (const Made* made : last) node.accept(*made);
}

}  // namespace lastmile::store::test
