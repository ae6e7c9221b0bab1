// Inside: gathers the stories of the messages that failed checks name, while events.lmt is read.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "tools/study/event_records.hpp"
#include "tools/study/run_data.hpp"

namespace lastmile::study {

class StoryTeller {
 public:
  // Must not outlive them.
  StoryTeller(const EventHeader& header, RunData& run);
  void on_record(const RecordReader& record);
  // Fills RunData::stories.
  void finish();

 private:
  static constexpr std::size_t kStoriesMax = 32;  // checks after that have none
  static constexpr std::size_t kTurnsMax = 40;    // of the node in question; the page says when there were more
  static constexpr std::size_t kNodesNamed = 8;   // of those that never processed it

  struct Told {
    StoryData story;
    bool known = false;     // the file has a number for the message
    std::vector<bool> has;  // by node
  };
  void turn(Told& told, const RecordReader& record, std::string what);
  void about_nodes(const RecordReader& record);
  bool is_core(const std::string& node) const;

  const EventHeader& header_;
  RunData& run_;
  std::vector<Told> told_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_hash_;      // looked up only
  std::unordered_map<std::uint32_t, std::vector<std::size_t>> by_number_;  // number of a message -> told_
  std::optional<std::uint16_t> message_, published_, acknowledged_, processed_, status_;
  std::optional<std::uint16_t> started_, crashed_, failed_;
};

}  // namespace lastmile::study
