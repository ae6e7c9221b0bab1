#include "real/env/write_layers.hpp"

#include <utility>

#include "core/base/check.hpp"

namespace lastmile::real {

void WriteLayers::add(env::Batch batch) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] { return given_up_ || bytes_ <= kLayerBytesMax; });
  const std::size_t before = open_->bytes;
  for (env::Batch::Change& change : batch.changes) {
    open_->bytes += change.key.size() + (change.value != nullptr ? change.value->size() : 0);
    open_->rows.insert_or_assign(std::move(change.key), std::move(change.value));
  }
  bytes_ += open_->bytes - before;
}

WriteLayers::Found WriteLayers::find(std::string_view key) const {
  const std::scoped_lock lock(mutex_);
  if (const auto row = open_->rows.find(key); row != open_->rows.end()) return {true, row->second};
  for (auto layer = sealed_.rbegin(); layer != sealed_.rend(); ++layer) {
    if (const auto row = (*layer)->rows.find(key); row != (*layer)->rows.end()) return {true, row->second};
  }
  return {};
}

Layers WriteLayers::current() const {
  const std::scoped_lock lock(mutex_);
  Layers all = sealed_;
  if (!open_->rows.empty()) all.push_back(open_);
  return all;
}

Layers WriteLayers::seal() {
  const std::scoped_lock lock(mutex_);
  if (!open_->rows.empty()) sealed_.push_back(std::exchange(open_, std::make_shared<Layer>()));
  return sealed_;
}

void WriteLayers::written(std::size_t count) {
  Layers gone;  // freed without the lock
  {
    const std::scoped_lock lock(mutex_);
    LM_CHECK(count <= sealed_.size());
    const auto end = sealed_.begin() + static_cast<std::ptrdiff_t>(count);
    gone.assign(sealed_.begin(), end);
    sealed_.erase(sealed_.begin(), end);
    for (const auto& layer : gone) bytes_ -= layer->bytes;
  }
  room_.notify_all();
}

void WriteLayers::give_up() {
  {
    const std::scoped_lock lock(mutex_);
    given_up_ = true;
  }
  room_.notify_all();
}

namespace {

// Every source stands at its nearest key on the way; the newest source that has the nearest of all wins.
class LayeredCursor final : public env::Cursor {
 public:
  LayeredCursor(Layers layers, std::shared_ptr<const RocksReader> base, std::string_view key, bool before)
      : base_reader_(std::move(base)) {
    sources_.reserve(layers.size());
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) sources_.push_back({std::move(*layer), {}});
    if (before) {
      turn_back(key);
    } else {
      turn_forward(key);
    }
  }

  bool valid() const override { return valid_; }
  std::string_view key() const override {
    LM_CHECK(valid_);
    return key_;
  }
  std::string_view value() const override {
    LM_CHECK(valid_);
    return value_ != nullptr ? std::string_view(**value_) : base_->value();
  }
  void next() override { move(true); }
  void previous() override { move(false); }

 private:
  struct Source {
    std::shared_ptr<const Layer> layer;
    decltype(Layer::rows)::const_iterator at;  // forward: the nearest row; backward: the one behind it

    const auto& rows() const { return layer->rows; }
    bool valid(bool forward) const { return at != (forward ? rows().end() : rows().begin()); }
    const auto& row(bool forward) const { return forward ? *at : *std::prev(at); }
  };

  void turn_forward(std::string_view key) {
    forward_ = true;
    for (Source& source : sources_) source.at = source.rows().lower_bound(key);
    base_ = base_reader_->seek(key);
    settle();
  }
  void turn_back(std::string_view key) {
    forward_ = false;
    for (Source& source : sources_) source.at = source.rows().lower_bound(key);
    base_ = base_reader_->seek_before(key);
    settle();
  }

  void move(bool forward) {
    LM_CHECK(valid_);
    if (forward == forward_) {
      leave();
      return settle();
    }
    const std::string here(key_);
    if (!forward) return turn_back(here);
    turn_forward(here);
    leave();
    settle();
  }

  // Every source that stands at the present key goes on. The database last: the key may be a view into its cursor.
  void leave() {
    for (Source& source : sources_) {
      if (!source.valid(forward_) || source.row(forward_).first != key_) continue;
      if (forward_) {
        ++source.at;
      } else {
        --source.at;
      }
    }
    if (!base_->valid() || base_->key() != key_) return;
    if (forward_) {
      base_->next();
    } else {
      base_->previous();
    }
  }

  void settle() {
    for (;;) {
      valid_ = false;
      value_ = nullptr;
      const auto offer = [&](std::string_view key, const env::Value* value) {
        if (valid_ && !(forward_ ? key < key_ : key > key_)) return;
        valid_ = true;
        key_ = key;
        value_ = value;
      };
      for (const Source& source : sources_) {
        if (source.valid(forward_)) offer(source.row(forward_).first, &source.row(forward_).second);
      }
      if (base_->valid()) offer(base_->key(), nullptr);
      const bool removed = valid_ && value_ != nullptr && *value_ == nullptr;
      if (!removed) return;
      leave();
    }
  }

  std::shared_ptr<const RocksReader> base_reader_;
  std::unique_ptr<env::Cursor> base_;
  std::vector<Source> sources_;  // newest first
  bool forward_ = true;
  bool valid_ = false;
  std::string_view key_;
  const env::Value* value_ = nullptr;  // null: the database's
};

}  // namespace

std::unique_ptr<env::Cursor> layered_cursor(Layers layers, std::shared_ptr<const RocksReader> base,
                                            std::string_view key, bool before) {
  if (layers.empty()) return before ? base->seek_before(key) : base->seek(key);
  return std::make_unique<LayeredCursor>(std::move(layers), std::move(base), key, before);
}

}  // namespace lastmile::real
