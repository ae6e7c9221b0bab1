// Envelopes from a file, one JSON object per line, for replaying traffic that was not made here.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/message/envelope.hpp"
#include "scenarios/engine/text/finding.hpp"
#include "scenarios/engine/traffic/traffic.hpp"

namespace lastmile::scenario {

struct FileEnvelope {
  message::ItemHash item_hash;
  message::Type type = message::Type::POST;
  std::string sender;
  std::string signature;                 // empty: none
  std::string text;                      // as it will be published
  std::vector<message::ItemHash> needs;  // what it amends or forgets
  std::optional<Upload> upload;          // the file that a STORE names
};

// Every line must be an inline envelope whose format, content and signature are valid: a replay that nodes would refuse
// proves nothing. A STORE may bring its file: {"message": envelope, "file": "its text"}. Blank lines are read over.
// Errors: "FILE:17: expected ..., found ...".
Result<std::vector<FileEnvelope>> read_envelopes(const std::string& path);
// The same from any stream; `name` stands in errors.
Result<std::vector<FileEnvelope>> read_envelopes(std::istream& file, const std::string& name);

// Reads the files of a scenario's traffic into it, so that a mistake in one is found before anything runs. Returns
// false with findings.
bool load_envelopes(Scenario& scenario, Findings& findings);

}  // namespace lastmile::scenario
