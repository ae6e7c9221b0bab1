#include "real/chain/anchor_book.hpp"

#include <algorithm>

#include "core/message/json_tools.hpp"
#include "core/message/json_view.hpp"
#include "real/chain/limits.hpp"

namespace lastmile::real {
namespace {

using message::JsonView;

std::optional<std::string> text_in(JsonView object, std::string_view key) {
  const auto value = object.find(key);
  if (!value || !value->is_string()) return std::nullopt;
  return value->string();
}

std::optional<std::uint64_t> count_in(JsonView object, std::string_view key) {
  const auto value = object.find(key);
  const auto number = value && value->kind() == message::JsonKind::number ? value->integer() : std::nullopt;
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

std::optional<AnchorAttempt> read_attempt(JsonView value) {
  if (!value.is_object()) return std::nullopt;
  auto hash = text_in(value, "hash");
  const auto raw = text_in(value, "raw");
  auto bytes = raw ? from_hex(*raw) : std::nullopt;
  const auto tip = text_in(value, "tip");
  const auto limit = text_in(value, "fee_limit");
  const auto tip_number = tip ? Uint256::parse(*tip) : std::nullopt;
  const auto limit_number = limit ? Uint256::parse(*limit) : std::nullopt;
  if (!hash || !bytes || !tip_number || !limit_number) return std::nullopt;
  return AnchorAttempt{*std::move(hash), *std::move(bytes), *tip_number, *limit_number};
}

std::optional<Anchor> read_anchor(JsonView value) {
  if (!value.is_object()) return std::nullopt;
  const auto nonce = count_in(value, "nonce");
  const auto gas = count_in(value, "gas_limit");
  auto payload = text_in(value, "payload");
  const auto attempts = value.find("attempts");
  if (!nonce || !gas || !payload || !attempts || !attempts->is_array()) return std::nullopt;
  Anchor anchor{*nonce, *gas, *std::move(payload), {}, count_in(value, "height")};
  const bool good = attempts->each([&](JsonView one) {
    auto attempt = read_attempt(one);
    if (!attempt || anchor.attempts.size() == kAnchorAttemptsMax) return false;
    anchor.attempts.push_back(*std::move(attempt));
    return true;
  });
  if (!good || anchor.attempts.empty()) return std::nullopt;
  return anchor;
}

}  // namespace

Result<AnchorBook> AnchorBook::parse(std::string_view text) {
  const Error damaged{"the remembered anchors are damaged"};
  if (text.size() > kAnchorRowMax) return damaged;
  const auto json = JsonView::parse(text);
  if (!json.ok() || !json->is_array()) return damaged;
  AnchorBook book;
  const bool good = json->each([&](JsonView one) {
    auto anchor = read_anchor(one);
    if (!anchor || book.full()) return false;
    if (!book.anchors.empty() && book.anchors.back().nonce >= anchor->nonce) return false;
    book.anchors.push_back(*std::move(anchor));
    return true;
  });
  if (!good) return damaged;
  return book;
}

std::string AnchorBook::text() const {
  std::string out = "[";
  for (const Anchor& anchor : anchors) {
    out += (out.size() > 1 ? "," : "") + (R"({"nonce":)" + std::to_string(anchor.nonce)) + R"(,"gas_limit":)" +
           std::to_string(anchor.gas_limit) + R"(,"payload":)";
    message::append_json_string(out, anchor.payload);
    if (anchor.height) out += R"(,"height":)" + std::to_string(*anchor.height);
    out += R"(,"attempts":[)";
    bool first = true;
    for (const AnchorAttempt& attempt : anchor.attempts) {
      out += std::string(first ? "" : ",") + R"({"hash":")" + attempt.hash + R"(","raw":")" + to_hex(attempt.raw) +
             R"(","tip":")" + attempt.tip.text() + R"(","fee_limit":")" + attempt.fee_limit.text() + "\"}";
      first = false;
    }
    out += "]}";
  }
  return out + "]";
}

bool AnchorBook::full() const { return anchors.size() >= kAnchorsMax; }

bool AnchorBook::waiting() const {
  return std::any_of(anchors.begin(), anchors.end(), [](const Anchor& anchor) { return !anchor.height; });
}

std::uint64_t AnchorBook::next_nonce(std::uint64_t by_the_chain) const {
  return anchors.empty() ? by_the_chain : std::max(by_the_chain, anchors.back().nonce + 1);
}

}  // namespace lastmile::real
