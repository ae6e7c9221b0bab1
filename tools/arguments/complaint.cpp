#include "tools/arguments/complaint.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace lastmile::tools {

std::string complaints_json(std::span<const Complaint> complaints) {
  auto list = nlohmann::ordered_json::array();
  for (const Complaint& complaint : complaints) {
    auto entry = nlohmann::ordered_json::object();
    const auto add = [&entry](const char* key, const std::string& value) {
      if (!value.empty()) entry[key] = value;
    };
    add("file", complaint.file);
    add("place", complaint.place);
    entry["text"] = complaint.text;
    add("expected", complaint.expected);
    add("found", complaint.found);
    add("nearest", complaint.nearest);
    add("hint", complaint.hint);
    list.push_back(std::move(entry));
  }
  // File names and arguments need not be UTF-8.
  return list.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void complain(std::string_view program, std::span<const Complaint> complaints, bool json) {
  if (json) {
    std::printf("{\"errors\":%s}\n", complaints_json(complaints).c_str());
    return;
  }
  std::string out;
  for (const Complaint& complaint : complaints) {
    out += (complaint.file.empty() ? std::string(program) : complaint.file) + ": ";
    if (!complaint.file.empty() && !complaint.place.empty()) out += complaint.place + ": ";
    out += complaint.text + "\n";
    if (!complaint.hint.empty()) out += complaint.hint + "\n";
  }
  std::fputs(out.c_str(), stderr);
}

void complain(std::string_view program, const Complaint& complaint, bool json) {
  complain(program, std::span(&complaint, 1), json);
}

}  // namespace lastmile::tools
