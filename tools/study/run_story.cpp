#include "tools/study/run_story.hpp"

#include <algorithm>

namespace lastmile::study {

StoryTeller::StoryTeller(const EventHeader& header, RunData& run)
    : header_(header),
      run_(run),
      message_(header.kind("message")),
      published_(header.kind("message_published")),
      acknowledged_(header.kind("message_acknowledged")),
      processed_(header.kind("message_processed")),
      status_(header.kind("status_changed")),
      started_(header.kind("node_started")),
      crashed_(header.kind("node_crashed")),
      failed_(header.kind("node_failed")) {
  for (const CheckData& check : run.checks) {
    if (!check.violated || check.violation_message.empty() || told_.size() == kStoriesMax) continue;
    const bool again = std::any_of(told_.begin(), told_.end(), [&](const Told& told) {
      return told.story.message == check.violation_message && told.story.node == check.violation_node;
    });
    if (again) continue;
    Told told;
    told.story.message = check.violation_message;
    told.story.node = check.violation_node;
    told.has.resize(header.nodes());
    by_hash_[told.story.message].push_back(told_.size());
    told_.push_back(std::move(told));
  }
}

void StoryTeller::turn(Told& told, const RecordReader& record, std::string what) {
  StoryData& story = told.story;
  if (header_.node(record.node) != story.node) return;
  if (story.turns.size() == kTurnsMax) {
    ++story.turns_left_out;
    return;
  }
  story.turns.push_back({static_cast<double>(record.time_ns) / 1e9, std::move(what)});
}

void StoryTeller::about_nodes(const RecordReader& record) {
  const char* what = record.kind == started_   ? "the node started"
                     : record.kind == crashed_ ? "the node went down"
                     : record.kind == failed_  ? "the node found its disk full or damaged"
                                               : nullptr;
  if (what == nullptr) return;
  for (Told& told : told_) turn(told, record, what);
}

void StoryTeller::on_record(const RecordReader& record) {
  if (told_.empty()) return;
  if (record.kind == message_) {
    const auto number = record.number(0, 4);
    const auto found = by_hash_.find(std::string(record.text(4)));
    if (!number || found == by_hash_.end()) return;
    by_number_[static_cast<std::uint32_t>(*number)] = found->second;
    for (const std::size_t i : found->second) told_[i].known = true;
    return;
  }
  about_nodes(record);
  const bool of_message =
      record.kind == published_ || record.kind == acknowledged_ || record.kind == processed_ || record.kind == status_;
  const auto number = of_message ? record.number(0, 4) : std::nullopt;
  const auto found = number ? by_number_.find(static_cast<std::uint32_t>(*number)) : by_number_.end();
  if (found == by_number_.end()) return;
  const double at_s = static_cast<double>(record.time_ns) / 1e9;
  for (const std::size_t i : found->second) {
    Told& told = told_[i];
    if (record.kind == published_) {
      if (!told.story.published) told.story.published = {at_s, header_.node(record.node)};
    } else if (record.kind == acknowledged_) {
      if (!told.story.acknowledged) told.story.acknowledged = {at_s, header_.node(record.node)};
    } else if (record.kind == processed_) {
      if (!told.story.first) told.story.first = {at_s, header_.node(record.node)};
      told.story.last = {at_s, header_.node(record.node)};
      if (record.node < told.has.size()) told.has[record.node] = true;
    } else {
      const auto was = record.number(4, 1), is = record.number(5, 1), code = record.number(6, 2);
      if (!was || !is) continue;
      const std::string now = header_.status(static_cast<std::uint32_t>(*is));
      std::string what = "status " + header_.status(static_cast<std::uint32_t>(*was)) + " → " + now;
      const bool has_reason = now == "pending" || now == "rejected";
      if (code && has_reason) what += ": " + header_.error(static_cast<std::int16_t>(*code));
      turn(told, record, std::move(what));
    }
  }
}

void StoryTeller::finish() {
  for (Told& told : told_) {
    if (!told.known) continue;
    StoryData& story = told.story;
    for (std::uint32_t node = 0; node < told.has.size(); ++node) {
      const std::string name = header_.node(node);
      if (!is_core(name)) continue;
      if (told.has[node]) {
        ++story.processed_by;
      } else if (++story.without <= kNodesNamed) {
        story.without_names.push_back(name);
      }
    }
    run_.stories.push_back(std::move(story));
  }
  told_.clear();
}

// Nodes are called GROUP-N. Of a group that the scenario does not tell of, all are.
bool StoryTeller::is_core(const std::string& node) const {
  const std::string group = node.substr(0, node.rfind('-'));
  const auto found =
      std::find_if(run_.groups.begin(), run_.groups.end(), [&](const GroupData& g) { return g.name == group; });
  return found == run_.groups.end() || found->role == "core";
}

}  // namespace lastmile::study
