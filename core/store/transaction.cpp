#include "core/store/transaction.hpp"

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"
#include "core/base/present.hpp"
#include "core/store/layout.hpp"
#include "core/store/value_check.hpp"

namespace lastmile::store {
namespace {

std::string_view checked_or_damaged(std::string_view key, std::string_view stored) {
  const auto value = checked(key, stored);
  if (!value) Source::damaged(key);
  return *value;
}

}  // namespace

Scan::Scan(const env::Reader& base, const Changes* changes, std::string_view prefix, std::string_view from,
           Direction direction)
    : changes_(changes), prefix_(prefix), direction_(direction) {
  if (direction == Direction::forward) {
    base_ = base.seek(from);
    if (changes != nullptr) {
      change_ = changes->lower_bound(from);
      change_end_ = change_ == changes->end();
    }
  } else {
    base_ = base.seek_before(from);
    if (changes != nullptr) {
      change_ = changes->lower_bound(from);
      change_end_ = change_ == changes->begin();
      if (!change_end_) --change_;
    }
  }
  settle();
}

bool Scan::change_valid() const { return !change_end_ && std::string_view(change_->first).starts_with(prefix_); }

void Scan::move_base() {
  if (direction_ == Direction::forward) {
    base_->next();
  } else {
    base_->previous();
  }
}

void Scan::move_change() {
  if (direction_ == Direction::forward) {
    ++change_;
    change_end_ = change_ == changes_->end();
  } else {
    change_end_ = change_ == changes_->begin();
    if (!change_end_) --change_;
  }
}

void Scan::settle() {
  for (;;) {
    const bool base_here = base_->valid() && base_->key().starts_with(prefix_);
    const bool change_here = change_valid();
    if (!base_here && !change_here) {
      place_ = Place::end;
      return;
    }
    if (!change_here) {
      place_ = Place::base;
      return;
    }
    const int order = base_here ? base_->key().compare(change_->first) : direction_ == Direction::forward ? 1 : -1;
    const bool base_first = direction_ == Direction::forward ? order < 0 : order > 0;
    if (base_first) {
      place_ = Place::base;
      return;
    }
    if (change_->second) {
      place_ = order == 0 ? Place::both : Place::change;
      return;
    }
    if (order == 0) move_base();
    move_change();
  }
}

std::string_view Scan::value() const {
  if (place_ != Place::base) return present(change_->second);
  return checked_or_damaged(base_->key(), base_->value());
}

void Scan::next() {
  if (place_ == Place::base || place_ == Place::both) move_base();
  if (place_ == Place::change || place_ == Place::both) move_change();
  settle();
}

Stored Source::get(std::string_view key) const {
  if (changes_ != nullptr) {
    const auto found = changes_->find(key);
    if (found != changes_->end()) {
      const auto& change = found->second;
      return change ? Stored(*change) : Stored();
    }
  }
  env::Value value = base_.get(key);
  if (value == nullptr) return {};
  const std::string_view text = checked_or_damaged(key, *value);
  return {std::move(value), text};
}

bool Source::has(std::string_view key) const {
  if (changes_ != nullptr) {
    const auto found = changes_->find(key);
    if (found != changes_->end()) return found->second.has_value();
  }
  return base_.get(key) != nullptr;
}

Scan Source::scan_back(std::string_view prefix) const { return scan_back(prefix, prefix_end(prefix)); }

void Source::damaged(std::string_view key) {
  throw Damage{Error{"store: unreadable record under key " + to_hex(as_bytes(key)) + " (table '" +
                     std::string(key.substr(0, 1)) + "')"}};
}

void Transaction::put(std::string key, std::string value) {
  changes_.insert_or_assign(std::move(key), std::move(value));
}

void Transaction::remove(std::string key) { changes_.insert_or_assign(std::move(key), std::nullopt); }

void Transaction::put_beside(env::Batch beside) {
  // A row of ours would be written without its check, and be damage when it is read.
  for (const env::Batch::Change& change : beside.changes)
    LM_CHECK(!change.key.empty() && static_cast<unsigned char>(change.key.front()) >= kTablesEnd);
  beside_ = std::move(beside);
}

env::Batch Transaction::take() {
  env::Batch batch;
  batch.changes.reserve(changes_.size() + beside_.changes.size());
  while (!changes_.empty()) {
    auto node = changes_.extract(changes_.begin());
    std::optional<std::string>& value = node.mapped();
    if (value) {
      add_check(node.key(), *value);
      batch.put(std::move(node.key()), *std::move(value));
    } else {
      batch.remove(std::move(node.key()));
    }
  }
  for (env::Batch::Change& change : beside_.changes) batch.changes.push_back(std::move(change));
  beside_ = {};
  return batch;
}

std::string prefix_end(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

}  // namespace lastmile::store
