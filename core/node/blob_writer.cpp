#include "core/node/blob_writer.hpp"

#include <utility>

namespace lastmile::node {

BlobWriter::BlobWriter(env::Clock& clock, store::Store& store, Callback<void(const store::Outcome&)> follow,
                       Callback<void(const Error&)> damaged)
    : clock_(clock), store_(store), follow_(std::move(follow)), damaged_(std::move(damaged)) {}

void BlobWriter::write(const message::ItemHash& file, Bytes bytes, store::Store::Keep keep, Callback<void()> written,
                       Callback<void()> gone) {
  const auto put = store_.put_file(file, std::move(bytes), keep, clock_.wall(),
                                   [this, then = std::move(written),
                                    otherwise = std::move(gone)](const Result<store::Store::Written>& done) mutable {
                                     if (!done.ok()) return damaged_(done.error());
                                     if (!*done) return otherwise();
                                     follow_(**done);
                                     then();
                                   });
  if (!put.ok()) damaged_(put.error());
}

void BlobWriter::release(const message::ItemHash& file, store::Store::Keep road) {
  if (const auto released = store_.release_file(file, road, clock_.wall()); !released.ok()) damaged_(released.error());
}

}  // namespace lastmile::node
