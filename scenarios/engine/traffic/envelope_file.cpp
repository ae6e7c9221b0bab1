#include "scenarios/engine/traffic/envelope_file.hpp"

#include <optional>
#include <set>
#include <string_view>

#include "core/crypto/hash.hpp"
#include "core/message/content.hpp"
#include "core/message/json_view.hpp"
#include "scenarios/engine/text/input_file.hpp"

namespace lastmile::scenario {
namespace {

Error at_line(const std::string& path, std::size_t line, const std::string& text) {
  return Error{path + ":" + std::to_string(line) + ": " + text};
}

// Like getline, but never holds more than one line may have. False at the end; `too_long` says why it stopped.
bool take_line(std::istream& file, std::string& line, bool& too_long) {
  line.clear();
  too_long = false;
  int c = file.get();
  if (c == std::istream::traits_type::eof()) return false;
  for (; c != std::istream::traits_type::eof() && c != '\n'; c = file.get()) {
    if (line.size() >= Traffic::kEnvelopeLineBytesMax) {
      too_long = true;
      return true;
    }
    line += static_cast<char>(c);
  }
  return true;
}

// A line is an envelope, or {"message": envelope, "file": text} for a STORE whose file comes with it.
struct Line {
  std::string_view envelope;
  std::optional<std::string> file;
};

Result<Line> split(std::string_view text) {
  const auto whole = message::JsonView::parse(text);
  if (!whole || !whole->is_object()) return Error{"expected a JSON object, found something else"};
  const auto inner = whole->find("message");
  if (!inner) return Line{text, std::nullopt};
  Line line{inner->raw(), std::nullopt};
  std::string problem;
  whole->each_member([&](std::string_view key, message::JsonView value) {
    if (key == "message") return true;
    if (key != "file") {
      problem = "unknown key \"" + std::string(key) + "\" beside \"message\", did you mean \"file\"?";
    } else if (!value.is_string()) {
      problem = "expected the text of the file under \"file\", found another kind of value";
    } else {
      line.file = value.string();
    }
    return problem.empty();
  });
  if (!problem.empty()) return Error{problem};
  return line;
}

std::vector<message::ItemHash> needs_of(const message::Content& content) {
  if (const auto* forget = content.as<message::Forget>()) return forget->hashes;
  const auto* post = content.as<message::Post>();
  if (post == nullptr || !post->is_amend() || !post->ref) return {};
  const auto original = message::ItemHash::parse(*post->ref);
  return original ? std::vector{*original} : std::vector<message::ItemHash>{};
}

}  // namespace

Result<std::vector<FileEnvelope>> read_envelopes(const std::string& path) {
  const auto file = open_input(path);
  if (!file.ok()) return Error{path + ": expected a file with envelopes, found " + file.error().text};
  return read_envelopes(**file, path);
}

Result<std::vector<FileEnvelope>> read_envelopes(std::istream& file, const std::string& path) {
  std::vector<FileEnvelope> out;
  std::set<std::string, std::less<>> seen;
  std::string line;
  bool too_long = false;
  for (std::size_t number = 1; take_line(file, line, too_long); ++number) {
    if (too_long) return at_line(path, number, "expected at most 4 MiB in one line, found more");
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.find_first_not_of(" \t") == std::string::npos) continue;
    if (out.size() >= Traffic::kFileEnvelopesMax)
      return at_line(path, number, "expected at most 10 million envelopes, found more");
    auto parts = split(line);
    if (!parts.ok()) return at_line(path, number, parts.error().text);
    auto envelope = message::parse_envelope(parts->envelope);
    if (!envelope.ok())
      return at_line(path, number, "expected a message envelope, found one refused with: " + envelope.error().detail);
    if (envelope->item_type != message::ItemType::inlined) {
      return at_line(path, number,
                     "expected an inline message, found item_type " +
                         std::string(message::item_type_text(envelope->item_type)) + ", whose content is not here");
    }
    auto content = message::parse_inline_content(*envelope);
    if (!content.ok()) {
      return at_line(path, number, "expected a valid content, found one refused with: " + content.error().detail);
    }
    if (crypto::verify(envelope->signed_fields()) != crypto::Verdict::valid) {
      return at_line(path, number, "expected a valid signature, found another");
    }
    if (!seen.insert(envelope->item_hash.text()).second) {
      return at_line(path, number, "expected each message once, found " + envelope->item_hash.text() + " again");
    }
    std::optional<Upload> upload;
    if (const auto& beside = parts->file) {
      const auto* store = content->as<message::Store>();
      auto bytes = std::make_shared<const Bytes>(to_bytes(*beside));
      const auto name = message::ItemHash::of(crypto::sha256(ByteView(*bytes)));
      if (store == nullptr || store->item_hash != name) {
        return at_line(path, number, "expected a file only beside the STORE that names it, found " + name.text());
      }
      upload = Upload{name, std::move(bytes)};
    }
    out.push_back({envelope->item_hash, envelope->type, envelope->sender, envelope->signature.value_or(""),
                   message::serialize_envelope(*envelope), needs_of(*content), std::move(upload)});
  }
  if (file.bad()) return Error{path + ": expected a file that can be read to its end, found none"};
  if (out.empty()) return Error{path + ": expected at least one envelope, found none"};
  return out;
}

bool load_envelopes(Scenario& scenario, Findings& findings) {
  for (std::size_t i = 0; i < scenario.traffic.size(); ++i) {
    TrafficSpec& traffic = scenario.traffic[i];
    if (traffic.file.empty()) continue;
    auto read = read_envelopes(traffic.file);
    if (read.ok()) {
      traffic.envelopes = std::make_shared<const std::vector<FileEnvelope>>(*std::move(read));
    } else {
      findings.add("/traffic/" + std::to_string(i) + "/file", read.error().text);
    }
  }
  return findings.empty();
}

}  // namespace lastmile::scenario
