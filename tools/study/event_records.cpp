#include "tools/study/event_records.hpp"

#include <nlohmann/json.hpp>

namespace lastmile::study {
namespace {

std::uint64_t little_endian(const unsigned char* bytes, std::size_t width) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < width; ++i) out |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  return out;
}

}  // namespace

std::optional<EventHeader> EventHeader::parse(const std::string& line) {
  auto document = nlohmann::json::parse(line, nullptr, false);
  if (!document.is_object()) return std::nullopt;
  for (const char* list : {"kinds", "nodes", "statuses"}) {
    if (!document.contains(list) || !document[list].is_array()) document[list] = nlohmann::json::array();
  }
  return EventHeader(std::make_shared<const nlohmann::json>(std::move(document)));
}

std::string EventHeader::error(int code) const {
  const std::string number = std::to_string(code);
  const auto codes = document_->find("error_codes");
  if (codes == document_->end() || !codes->is_object()) return "error " + number;
  const auto text = codes->find(number);
  return text == codes->end() || !text->is_string() ? "error " + number
                                                    : text->get<std::string>() + " (" + number + ")";
}

std::size_t EventHeader::nodes() const { return document_->at("nodes").size(); }

std::optional<std::uint16_t> EventHeader::kind(std::string_view name) const {
  for (const auto& kind : document_->at("kinds")) {
    if (!kind.is_object() || !kind.contains("id") || !kind["id"].is_number_unsigned()) continue;
    if (kind["id"].get<std::uint64_t>() > 0xffff) continue;
    const auto found = kind.find("name");
    if (found != kind.end() && found->is_string() && *found == name) return kind["id"].get<std::uint16_t>();
  }
  return std::nullopt;
}

std::string EventHeader::name_of(const char* list, std::uint32_t number) const {
  const auto& names = document_->at(list);
  if (number >= names.size() || !names[number].is_string()) return "number " + std::to_string(number);
  return names[number].get<std::string>();
}

bool RecordReader::next() {
  std::array<unsigned char, 16> head{};
  if (!file_.read(reinterpret_cast<char*>(head.data()), head.size())) {
    torn_ = file_.gcount() != 0;
    return false;
  }
  time_ns = static_cast<std::int64_t>(little_endian(head.data(), 8));
  node = static_cast<std::uint32_t>(little_endian(head.data() + 8, 4));
  kind = static_cast<std::uint16_t>(little_endian(head.data() + 12, 2));
  payload_.resize(static_cast<std::size_t>(little_endian(head.data() + 14, 2)));
  if (!file_.read(reinterpret_cast<char*>(payload_.data()), static_cast<std::streamsize>(payload_.size()))) {
    torn_ = true;
    return false;
  }
  return true;
}

std::optional<std::uint64_t> RecordReader::number(std::size_t offset, std::size_t width) const {
  if (payload_.size() < offset + width) return std::nullopt;
  return little_endian(payload_.data() + offset, width);
}

std::string_view RecordReader::text(std::size_t offset) const {
  if (payload_.size() < offset) return {};
  return {reinterpret_cast<const char*>(payload_.data()) + offset, payload_.size() - offset};
}

}  // namespace lastmile::study
