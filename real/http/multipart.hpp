// multipart/form-data (RFC 7578), as forms with files arrive. Views into the body, nothing is copied.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace lastmile::http {

struct FormPart {
  std::string name;
  std::optional<std::string> file_name;
  std::string content_type;
  std::string_view bytes;  // as long as the body
};

// Media type without parameters, in lower case: "multipart/form-data".
std::string media_type(std::string_view content_type);
// The parts of a body of this Content-Type. Error: no boundary, no end, a part without a name, or more than kFormParts.
Result<std::vector<FormPart>> parse_form(std::string_view content_type, std::string_view body);
// The first part of this name; null when there is none.
const FormPart* find_part(const std::vector<FormPart>& parts, std::string_view name);

}  // namespace lastmile::http
