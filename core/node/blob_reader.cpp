#include "core/node/blob_reader.hpp"

#include "core/gossip/content_check.hpp"

namespace lastmile::node {

void BlobReader::read(const message::ItemHash& name, Callback<void(env::Value)> done) {
  waiting_.push_back({name, std::move(done)});
  next();
}

void BlobReader::next() {
  if (waiting_.empty() || busy_ >= at_once_) return;
  ++busy_;
  Wanted wanted = std::move(waiting_.front());
  waiting_.pop_front();
  disk_.get_blob({.name = wanted.name.text()}, [this, name = wanted.name,
                                                done = std::move(wanted.done)](Result<Bytes> bytes) mutable {
    if (!bytes.ok()) {  // its record says that it is here
      if (damaged_) damaged_(name);
      return finish(std::move(done), nullptr);
    }
    auto value = std::make_shared<const std::string>(as_text(*bytes));
    env::Job job = gossip::content_check_job(name, value);
    jobs_.submit(std::move(job), [this, name, value, done = std::move(done)](const env::JobResult& result) mutable {
      if (gossip::content_checked(result)) return finish(std::move(done), std::move(value));
      if (damaged_) damaged_(name);
      finish(std::move(done), nullptr);
    });
  });
}

void BlobReader::finish(Callback<void(env::Value)> done, env::Value bytes) {
  --busy_;
  done(std::move(bytes));
  next();
}

}  // namespace lastmile::node
