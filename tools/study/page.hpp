// Inside: the sections of the report, in the order of scenario-format.md 8. Each gives HTML, empty when it has nothing
// to say.
#pragma once

#include <string>

#include "tools/study/run_data.hpp"

namespace lastmile::study {

std::string verdict_section(const RunData& run);
std::string repeat_section(const RunData& run);
// Empty with no group, or with more than a map can show.
std::string group_map(const RunData& run);
std::string world_section(const RunData& run);
std::string timeline_section(const RunData& run);
std::string propagation_section(const RunData& run);
std::string network_section(const RunData& run);
std::string checks_section(const RunData& run);
std::string measures_section(const RunData& run);
std::string never_section(const RunData& run);
std::string scenario_section(const RunData& run);
std::string page_style();

// Beneath a failed check; empty when events.lmt tells nothing of its message.
std::string story_of(const RunData& run, const CheckData& check);

// "Pass", with the sign that stands for it without colour.
std::string verdict_mark(const std::string& verdict);

}  // namespace lastmile::study
