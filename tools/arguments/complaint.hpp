// What a program could not do, in one shape for all programs (docs/command-line.md).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lastmile::tools {

// One mistake or failure. Only `text` is always there.
struct Complaint {
  std::string file = {};      // what `place` is in
  std::string place = {};     // JSON pointer, "line 3, column 7", or the option
  std::string text = {};      // one sentence, with all that follows here in words
  std::string expected = {};  // parts of the sentence, where it has them
  std::string found = {};
  std::string nearest = {};  // what was probably meant
  std::string hint = {};     // what to do next, a sentence of its own
};

// For people on standard error, a line each: "FILE: PLACE: TEXT", or "PROGRAM: TEXT" without a file. With `json` one
// object on standard output instead, {"errors": [...]}: whoever asked for JSON reads nothing else.
void complain(std::string_view program, std::span<const Complaint> complaints, bool json);
void complain(std::string_view program, const Complaint& complaint, bool json);
// The list under "errors", for an object that has more to say.
std::string complaints_json(std::span<const Complaint> complaints);

}  // namespace lastmile::tools
