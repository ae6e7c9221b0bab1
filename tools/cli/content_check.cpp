#include "tools/cli/content_check.hpp"

#include <algorithm>

namespace lastmile::tools {

ContentCheck::ContentCheck(const message::ItemHash& name) : name_(name) {
  switch (name.kind()) {
    case message::HashKind::storage:
      hash_.emplace();
      break;
    case message::HashKind::cid_v0:
      builders_.emplace_back(ipfs::UnixFsProfile::v0);
      break;
    case message::HashKind::cid_v1:
      builders_.emplace_back(ipfs::UnixFsProfile::v1);
      builders_.emplace_back(ipfs::UnixFsProfile::v1_dagpb);
      break;
  }
}

void ContentCheck::add(ByteView bytes) {
  if (hash_) hash_->add(bytes);
  for (ipfs::UnixFsBuilder& builder : builders_) builder.add(bytes);
}

bool ContentCheck::finish() {
  if (hash_) return message::ItemHash::of(hash_->finish()) == name_;
  return std::any_of(builders_.begin(), builders_.end(),
                     [&](ipfs::UnixFsBuilder& builder) { return builder.finish().cid.text() == name_.view(); });
}

}  // namespace lastmile::tools
