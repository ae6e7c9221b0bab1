// Random uploads, archives, heads, FORGETs, reorganisations, crashes and times: at every moment what the store calls at
// hand is whole on the disk; in the end the disk holds exactly what somebody owns.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>
#include <source_location>

#include "core/store/layout.hpp"
#include "core/store/reading.hpp"
#include "core/store/records.hpp"
#include "tests/unit/store/world.hpp"

namespace lastmile::store::test {
namespace {

using Keep = Store::Keep;
constexpr int kFiles = 12;
constexpr std::uint64_t kUnownedMax = 1500;

std::uint64_t size_of(int file) { return 50 + 61 * static_cast<std::uint64_t>(file); }

class Life {
 public:
  Life() : node_(options()) { node_.disk->instantly_durable = false; }

  void step(std::uint8_t what, std::uint8_t which) {
    const int file = which % kFiles;
    switch (what % 14) {
      case 0:  // an upload, with or without a message that wants it
        return write(file, Keep::grace);
      case 1:
      case 2:
        return store(file, which);
      case 3:
        return forget_one(which);
      case 4:
        return refuse(file);
      case 5:
        return archive(file, which);
      case 6:
        check(node_.store->remove_confirmations("ETH", which % 8, node_.now).ok());
        return;
      case 7:
        check(node_.store->finalize_confirmations("ETH", which % 4).ok());
        return;
      case 8:
        return head(file, which);
      case 9:
        return content(which);
      case 10:
        return give_up(which);
      case 11:
        return crash(which);
      case 12:
        node_.disk->settle(which % 4);
        node_.disk->blobs.settle(which % 3);
        return;
      default:
        node_.tick(node_.now + hours(which % 30));
        return;
    }
  }

  // What the store says is there is there, to the last byte.
  void nothing_is_missing() const {
    for (int file = 0; file < kFiles; ++file) {
      const auto bytes = node_.store->file_bytes(file_hash(file)).value();
      if (!bytes) continue;
      check(*bytes == size_of(file));
      const auto blob = node_.disk->blobs.all().find(file_hash(file).view());
      check(blob != node_.disk->blobs.all().end() && blob->second.size() == size_of(file));
    }
    for (const Made& made : stores_) {
      if (node_.status(made) != Status::processed) continue;
      check(node_.store->file_bytes(*file_of_.at(made.hash)).value().has_value());
    }
  }

  void limits_hold() const {
    check(node_.store->counts().unowned_bytes <= kUnownedMax);
    std::uint64_t unowned = 0;
    std::uint64_t waiting = 0;
    const Source source(node_.disk->latest());
    for (Scan scan = source.scan(Key(Table::file).text()); scan.valid(); scan.next()) {
      unowned += read_file(scan.value())->unowned_bytes();
    }
    for (Scan scan = source.scan(Key(Table::entry).text()); scan.valid(); scan.next()) {
      const Entry entry = *read_entry(scan.value());
      if (entry.waiting() && entry.has_content) waiting += entry.size;
    }
    check(unowned == node_.store->counts().unowned_bytes);
    check(waiting == node_.store->counts().waiting_bytes);
  }

  void grace_is_over() {
    settle();
    roads();
    for (int round = 0; round < 8; ++round) {
      settle();
      for (const Made& made : stores_) check(node_.store->give_up(made, node_.now).ok());
      node_.tick(node_.now + hours(25));
    }
    settle();
  }

  void what_is_there_is_owned() const {
    std::set<std::string> owned;
    for (const Made& made : stores_) {
      if (node_.status(made) == Status::processed) owned.insert(file_of_.at(made.hash)->text());
    }
    for (int file = 0; file < kFiles; ++file) {
      if (node_.view().pin_count(file_hash(file)).value() > 0) owned.insert(file_hash(file).text());
    }
    std::set<std::string> there;
    for (const auto& [name, bytes] : node_.disk->blobs.all()) there.insert(name);
    if (there != owned) {
      std::string text;
      for (const auto& name : there) text += "there " + name.substr(0, 6) + "\n";
      for (const auto& name : owned) text += "owned " + name.substr(0, 6) + "\n";
      RC_FAIL(text);
    }
    const Source source(node_.disk->latest());
    for (const Made& made : contents_) {
      const bool kept = node_.status(made) == Status::processed;
      check(node_.store->content(made).value().has_value() == kept);
    }
    check(!source.any(Key(Table::file_grace).text()));
    node_.check_tables();
  }

 private:
  static void check(bool condition, std::source_location where = std::source_location::current()) {
    if (!condition) RC_FAIL("line " + std::to_string(where.line()));
  }

  static StoreOptions options() {
    StoreOptions options = free_world();
    options.limits.unowned_bytes = kUnownedMax;
    options.limits.files_deleted_per_call = 3;
    return options;
  }

  // What a crash cuts off nobody answers any more.
  void write(int file, Keep keep) {
    const auto put = node_.store->put_file(file_hash(file), Bytes(size_of(file), 7), keep, node_.now,
                                           [](const Result<Store::Written>& written) { check(written.ok()); });
    check(put.ok());
  }

  void store(int file, int which) {
    const std::string ref = which % 3 == 0 && !stores_.empty() ? stores_[which % stores_.size()].hash.text() : "";
    const Made made = store_file("0xA", ++time_, file, ref);
    node_.accept(made);
    stores_.push_back(made);
    file_of_.emplace(made.hash, file_hash(file));
  }

  void refuse(int file) {
    Draft draft;
    draft.type = Type::STORE;
    draft.owner = "0xSomebodyElse";
    draft.time = ++time_;
    draft.body = "\"item_type\":\"storage\",\"item_hash\":" + json_text(file_hash(file).view());
    const Made made = make(draft);
    node_.accept(made);
    stores_.push_back(made);
    file_of_.emplace(made.hash, file_hash(file));
  }

  void forget_one(int which) {
    const std::size_t all = stores_.size() + contents_.size();
    if (all == 0) return;
    const std::size_t at = static_cast<std::size_t>(which) % all;
    const Made& target = at < stores_.size() ? stores_[at] : contents_[at - stores_.size()];
    node_.accept(forget("0xA", ++time_, {target}));
  }

  void archive(int file, int which) {
    const Keep road = which % 5 == 0 ? Keep::for_heads : Keep::for_chains;
    write(file, road);
    if (which % 2 == 0) {
      const std::string transaction = "0x" + std::to_string(++time_);
      check(node_.store
                ->pin_transaction_file(file_hash(file), "ETH", static_cast<std::uint64_t>(which % 8), transaction,
                                       which % 5 == 0, node_.now)
                .ok());
    }
    if (which % 3 != 0) check(node_.store->release_file(file_hash(file), road, node_.now).ok());
  }

  void head(int file, int which) {
    const int named = (file + which) % kFiles;
    check(node_.store->pin_head(file_hash(file), file_hash(named), {}, node_.now).ok());
    write(file, Keep::grace);
    if (which % 4 == 0) {
      check(node_.store->unpin_head_archive(file_hash(named), node_.now).ok());
    } else {
      write(named, Keep::grace);
    }
  }

  void content(int which) {
    Draft draft;
    draft.time = ++time_;
    if (which % 3 == 0) draft.owner = "0xSomebodyElse";
    draft.body = "\"type\":\"note\",\"content\":\"" + std::string(200, 'x') + "\"";
    const Made made = make_fetched(draft);
    if (which % 2 == 0) check(node_.store->accept_unfetched(made.message.envelope, node_.now).ok());
    node_.accept(made);
    // What is refused is kept like everything that waits; here it would only stand in the way of the comparison.
    if (which % 3 != 0) contents_.push_back(made);
  }

  void give_up(int which) {
    if (stores_.empty()) return;
    check(node_.store->give_up(stores_[static_cast<std::size_t>(which) % stores_.size()], node_.now).ok());
  }

  void crash(std::uint64_t which) {
    Generator draws(which);
    node_.disk->crash(draws);
    node_.reopen();
    node_.know_statuses();
    node_.tick(node_.now);
  }

  void settle() {
    while (node_.disk->waiting() > 0 || node_.disk->blobs.waiting() > 0) {
      node_.disk->settle();
      node_.disk->blobs.settle(100);
    }
  }

  // A road fetches again what it pinned and a crash kept from the disk.
  void roads() {
    for (int file = 0; file < kFiles; ++file) {
      if (node_.view().pin_count(file_hash(file)).value() == 0) continue;
      if (!node_.store->file_bytes(file_hash(file)).value()) write(file, Keep::grace);
    }
    // Nothing is in use any more.
    for (int file = 0; file < kFiles; ++file) {
      for (const Keep road : {Keep::for_chains, Keep::for_heads})
        check(node_.store->release_file(file_hash(file), road, node_.now).ok());
    }
  }

  Node node_;
  std::vector<Made> stores_;
  std::map<ItemHash, std::optional<ItemHash>> file_of_;
  std::vector<Made> contents_;
  int time_ = 0;
};

RC_GTEST_PROP(Ownership, WhatIsOnTheDiskIsOwnedAndWhatIsOwnedIsOnTheDisk, ()) {
  const auto steps = *rc::gen::arbitrary<std::vector<std::pair<std::uint8_t, std::uint8_t>>>();
  Life life;
  for (const auto& [what, which] : steps) {
    life.step(what, which);
    life.nothing_is_missing();
    life.limits_hold();
  }
  life.grace_is_over();
  life.nothing_is_missing();
  life.what_is_there_is_owned();
}

}  // namespace
}  // namespace lastmile::store::test
