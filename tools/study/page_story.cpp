// What became of a message that a failed check names: for somebody who asks "why", before opening the event file.
#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "tools/study/html.hpp"
#include "tools/study/page.hpp"

namespace lastmile::study {
namespace {

// To the millisecond: what happened one after the other must not look like one moment.
std::string exact_time(double seconds) { return fmt::format("{:.3f} s", seconds); }
std::string item(const std::string& html) { return "<li>" + html + "</li>"; }

std::string moment(std::string_view what, const std::optional<StoryData::Moment>& when) {
  if (!when) return {};
  return item(fmt::format("{} at {} on <b>{}</b>", what, exact_time(when->at_s), escaped(when->node)));
}

std::string spread(const RunData& run, const StoryData& story) {
  const std::uint64_t all = story.processed_by + story.without;
  if (!story.first || !story.last) return item(fmt::format("processed by none of {} core nodes", grouped(all)));
  std::string out = item(
      fmt::format("processed at some time by {} of {} core nodes: first at {} on <b>{}</b>, last at {} on <b>{}</b>",
                  grouped(story.processed_by), grouped(all), exact_time(story.first->at_s), escaped(story.first->node),
                  exact_time(story.last->at_s), escaped(story.last->node)));
  if (story.without == 0) return out;
  std::string names;
  for (const std::string& name : story.without_names) names += (names.empty() ? "" : ", ") + escaped(name);
  if (story.without > story.without_names.size())
    names += fmt::format(" and {} more", grouped(story.without - story.without_names.size()));
  return out +
         item("never processed by " + names + (run.adversaries.empty() ? "" : " (adversaries among them owe nothing)"));
}

// Faults and adversaries between publication and violation.
std::string meanwhile(const RunData& run, const StoryData& story, double until) {
  const double from = story.published ? story.published->at_s : 0;
  std::set<std::string> named;  // one that comes and goes is named once
  std::string names;
  for (const auto* list : {&run.faults, &run.adversaries}) {
    for (const FaultData& fault : *list) {
      if (fault.start_s > until || fault.end_s < from || !named.insert(fault.name).second) continue;
      names += fmt::format("{}<b>{}</b> ({}, {} to {})", names.empty() ? "" : ", ", escaped(fault.name),
                           escaped(words(fault.kind)), clock_time(fault.start_s), clock_time(fault.end_s));
    }
  }
  return names.empty() ? std::string() : item("in force meanwhile: " + names);
}

}  // namespace

std::string story_of(const RunData& run, const CheckData& check) {
  const auto story = std::find_if(run.stories.begin(), run.stories.end(), [&](const StoryData& s) {
    return s.message == check.violation_message && s.node == check.violation_node;
  });
  if (!check.violated || story == run.stories.end()) return {};
  std::string out =
      story->published ? moment("published", story->published) : item("published by no wallet of this run");
  out += moment("acknowledged to its client", story->acknowledged) + spread(run, *story);
  for (const StoryData::Turn& turn : story->turns)
    out += item(fmt::format("<b>{}</b> at {}: {}", escaped(story->node), exact_time(turn.at_s), escaped(turn.what)));
  if (story->turns_left_out > 0)
    out += item(fmt::format("and {} more on <b>{}</b>", grouped(story->turns_left_out), escaped(story->node)));
  out += meanwhile(run, *story, check.violation_s);
  return "<details open><summary>The story of this message</summary><ul class=\"plain\">" + out + "</ul></details>";
}

}  // namespace lastmile::study
