#include "real/http/multipart.hpp"

#include <algorithm>

#include "real/http/limits.hpp"

namespace lastmile::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// A parameter of a header value: `name="value"` or `name=value`, behind a semicolon.
std::optional<std::string> header_parameter(std::string_view value, std::string_view wanted) {
  std::size_t at = value.find(';');
  while (at != std::string_view::npos && at < value.size()) {
    ++at;
    const std::size_t equals = value.find('=', at);
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string name = lower(trimmed(value.substr(at, equals - at)));
    std::string found;
    at = equals + 1;
    while (at < value.size() && value[at] == ' ') ++at;
    if (at < value.size() && value[at] == '"') {
      for (++at; at < value.size() && value[at] != '"'; ++at) {
        if (value[at] == '\\' && at + 1 < value.size()) ++at;
        found.push_back(value[at]);
      }
      at = value.find(';', std::min(at, value.size()));
    } else {
      const std::size_t end = std::min(value.find(';', at), value.size());
      found = std::string(trimmed(value.substr(at, end - at)));
      at = end < value.size() ? end : std::string_view::npos;
    }
    if (name == wanted) return found;
  }
  return std::nullopt;
}

// The header lines of a part.
Result<FormPart> parse_head(std::string_view head) {
  FormPart part;
  bool named = false;
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(head.size(), line.size() + 2));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string field = lower(trimmed(line.substr(0, colon)));
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (field == "content-type") part.content_type = std::string(value);
    if (field != "content-disposition") continue;
    part.file_name = header_parameter(value, "filename");
    if (auto name = header_parameter(value, "name")) {
      part.name = *std::move(name);
      named = true;
    }
  }
  if (!named) return Error{"a part of the form has no name"};
  return part;
}

}  // namespace

std::string media_type(std::string_view content_type) {
  return lower(trimmed(content_type.substr(0, content_type.find(';'))));
}

Result<std::vector<FormPart>> parse_form(std::string_view content_type, std::string_view body) {
  constexpr std::size_t kBoundaryMax = 70;  // RFC 2046
  const auto boundary = header_parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kBoundaryMax) {
    return Error{"multipart: expected a boundary of 1 to 70 characters"};
  }
  const std::string mark = "--" + *boundary;
  std::vector<FormPart> parts;
  // The first mark stands at the beginning or behind a preamble.
  std::size_t at = body.starts_with(mark) ? 0 : body.find("\r\n" + mark);
  if (at == std::string_view::npos) return Error{"multipart: the boundary does not occur"};
  if (at != 0 || !body.starts_with(mark)) at += 2;
  at += mark.size();
  const std::string inner = "\r\n" + mark;
  for (;;) {
    const std::string_view rest = body.substr(at);
    if (rest.starts_with("--")) return parts;
    const std::size_t line = rest.find("\r\n");
    if (line == std::string_view::npos || !trimmed(rest.substr(0, line)).empty()) {
      return Error{"multipart: expected a part or the end behind a boundary"};
    }
    if (parts.size() == kFormParts) return Error{"multipart: more than " + std::to_string(kFormParts) + " parts"};
    const std::size_t head = at + line + 2;
    const std::size_t blank = body.substr(head).starts_with("\r\n") ? head : body.find("\r\n\r\n", head);
    if (blank == std::string_view::npos) return Error{"multipart: a part without end of its head"};
    auto part = parse_head(blank == head ? std::string_view() : body.substr(head, blank - head));
    if (!part.ok()) return part.error();
    const std::size_t begin = blank == head ? head + 2 : blank + 4;
    // An empty part: its mark follows the blank line at once.
    const std::size_t end = body.substr(begin - 2).starts_with(inner) ? begin - 2 : body.find(inner, begin);
    if (end == std::string_view::npos) return Error{"multipart: the form has no end"};
    part->bytes = end < begin ? std::string_view() : body.substr(begin, end - begin);
    parts.push_back(*std::move(part));
    at = end + inner.size();
  }
}

const FormPart* find_part(const std::vector<FormPart>& parts, std::string_view name) {
  const auto found = std::find_if(parts.begin(), parts.end(), [&](const FormPart& part) { return part.name == name; });
  return found == parts.end() ? nullptr : &*found;
}

}  // namespace lastmile::http
