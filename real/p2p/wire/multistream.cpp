#include "real/p2p/wire/multistream.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/crypto/cid.hpp"
#include "real/p2p/wire/limits.hpp"

namespace lastmile::p2p {

void append_token(Bytes& out, std::string_view text) {
  LM_CHECK(text.size() < kMultistreamTokenMax);
  crypto::append_varint(out, text.size() + 1);
  append(out, text);
  out.push_back('\n');
}

Bytes list_answer(const std::vector<std::string>& protocols) {
  Bytes block;
  for (const std::string& each : protocols) append_token(block, each);
  block.push_back('\n');
  return prefixed(block);
}

Negotiation::Negotiation(bool dialer) : reader_(kMultistreamTokenMax), dialer_(dialer) {
  append_token(out_, kMultistreamName);
}

Negotiation Negotiation::dialer(std::vector<std::string> protocols) {
  LM_CHECK(!protocols.empty() && protocols.size() <= kMultistreamProposalsMax);
  Negotiation out(true);
  out.proposals_ = std::move(protocols);
  append_token(out.out_, out.proposals_.front());
  out.proposed_ = 1;
  return out;
}

Negotiation Negotiation::listener(const std::vector<std::string>& protocols) {
  Negotiation out(false);
  out.accepted_ = &protocols;
  return out;
}

Bytes Negotiation::take_output() { return std::exchange(out_, {}); }

Negotiation::State Negotiation::feed(ByteView& bytes) {
  Bytes token;
  while (state_ == State::more) {
    const auto read = reader_.next(bytes, token);
    if (read == PrefixedReader::State::more) break;
    const bool good = read == PrefixedReader::State::message && !token.empty() && token.back() == '\n';
    state_ = good ? on_token(as_text(token).substr(0, token.size() - 1)) : State::broken;
  }
  return state_;
}

Negotiation::State Negotiation::on_token(std::string_view text) {
  if (!greeted_) {
    greeted_ = true;
    return text == kMultistreamName ? State::more : State::broken;
  }
  return dialer_ ? on_answer(text) : on_proposal(text);
}

Negotiation::State Negotiation::on_answer(std::string_view text) {
  if (text == proposals_[proposed_ - 1]) {
    protocol_ = text;
    return State::agreed;
  }
  if (text != kRefusal) return State::broken;
  if (proposed_ == proposals_.size()) return State::refused;
  append_token(out_, proposals_[proposed_++]);
  return State::more;
}

Negotiation::State Negotiation::on_proposal(std::string_view text) {
  if (++proposed_ > kMultistreamProposalsMax) return State::broken;
  if (text == kListRequest) {
    append(out_, list_answer(*accepted_));
    return State::more;
  }
  if (std::find(accepted_->begin(), accepted_->end(), text) == accepted_->end()) {
    append_token(out_, kRefusal);
    return State::more;
  }
  append_token(out_, text);
  protocol_ = text;
  return State::agreed;
}

}  // namespace lastmile::p2p
