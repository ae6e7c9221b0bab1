#include "core/gossip/topics.hpp"

#include "core/base/check.hpp"
#include "core/gossip/limits.hpp"

namespace lastmile::gossip {

TopicId Topics::add(std::string_view name, const TopicScoreParams& score) {
  LM_CHECK(topics_.size() < kKnownTopicsMax);
  LM_CHECK(name.size() <= kTopicBytesMax);
  LM_CHECK(find(name) == kNoTopic);
  topics_.push_back({std::string(name), score});
  return TopicId{static_cast<std::uint16_t>(topics_.size() - 1)};
}

TopicId Topics::find(std::string_view name) const {
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    if (topics_[i].name == name) return TopicId{static_cast<std::uint16_t>(i)};
  }
  return kNoTopic;
}

}  // namespace lastmile::gossip
