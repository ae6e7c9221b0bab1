// The topics a program knows, numbered from 0: one table for all routers of a run, made at the start and never changed
// afterwards, so that a topic is a small number everywhere but on the wire.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/strong.hpp"
#include "core/gossip/score.hpp"

namespace lastmile::gossip {

struct TopicTag;
using TopicId = Strong<TopicTag, std::uint16_t>;
inline constexpr TopicId kNoTopic{0xffff};  // a name that is not in the table: never joined, only counted

inline constexpr std::string_view kMessageTopicName = "ALEPH-TEST";  // signed messages, on the production network too
inline constexpr std::string_view kAliveTopicName = "ALIVE";         // presence

class Topics {
 public:
  // Names are compared byte by byte and must differ; at most kKnownTopicsMax.
  TopicId add(std::string_view name, const TopicScoreParams& score = {});
  TopicId find(std::string_view name) const;  // kNoTopic when unknown
  std::size_t size() const { return topics_.size(); }
  const std::string& name(TopicId topic) const { return topics_[topic.value].name; }
  const TopicScoreParams& score(TopicId topic) const { return topics_[topic.value].score; }

 private:
  struct Topic {
    std::string name;
    TopicScoreParams score;
  };
  std::vector<Topic> topics_;
};

}  // namespace lastmile::gossip
