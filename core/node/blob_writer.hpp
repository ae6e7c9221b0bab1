// Writes blobs for a road: as content that nobody owns yet, or held by the road until it lets go.
#pragma once

#include "core/base/callback.hpp"
#include "core/env/clock.hpp"
#include "core/store/store.hpp"

namespace lastmile::node {

class BlobWriter {
 public:
  // follow: what the arrival of a file changed besides. damaged: the store or its disk; the node stops.
  BlobWriter(env::Clock& clock, store::Store& store, Callback<void(const store::Outcome&)> follow,
             Callback<void(const Error&)> damaged);

  // written: it is at hand. gone: it was deleted, or found to be damaged, while it was being written.
  void write(
      const message::ItemHash& file, Bytes bytes, store::Store::Keep keep, Callback<void()> written,
      Callback<void()> gone = [] {});
  void release(const message::ItemHash& file, store::Store::Keep road);

 private:
  env::Clock& clock_;
  store::Store& store_;
  Callback<void(const store::Outcome&)> follow_;
  Callback<void(const Error&)> damaged_;
};

}  // namespace lastmile::node
