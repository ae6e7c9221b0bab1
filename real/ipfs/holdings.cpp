#include "real/ipfs/holdings.hpp"

namespace lastmile::real {
namespace {

constexpr std::size_t kPage = 256;

bool is_ipfs(const message::ItemHash& name) { return name.item_type() == message::ItemType::ipfs; }

}  // namespace

bool NodeHoldings::at_hand(const message::ItemHash& file) {
  const auto row = node_.view().file(file);  // also of a content that is no file, which has no blob
  if (!row.ok()) return false;
  const std::optional<store::FileRow>& known = *row;
  return known && known->local;
}

// An unreadable store is the business of whoever reads it for the node.
std::vector<message::ItemHash> NodeHoldings::wanted() {
  std::vector<message::ItemHash> out;
  if (const auto files = node_.store().wanted_files(file_turn_, kPage); files.ok()) {
    for (const message::ItemHash& file : *files) {
      if (is_ipfs(file)) out.push_back(file);
    }
    file_turn_.reset();
    if (files->size() == kPage) file_turn_ = files->back();
  }
  if (const auto contents = node_.store().waiting_for_content(content_turn_, kPage); contents.ok()) {
    for (const store::WaitingSince& each : contents->found) {
      if (is_ipfs(each.hash)) out.push_back(each.hash);
    }
    content_turn_ = contents->next;
  }
  return out;
}

}  // namespace lastmile::real
