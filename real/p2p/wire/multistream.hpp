// multistream-select 1.0 (libp2p.md 5) as a state machine: bytes in, bytes out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "real/p2p/wire/length_prefix.hpp"

namespace lastmile::p2p {

inline constexpr std::string_view kMultistreamName = "/multistream/1.0.0";
inline constexpr std::string_view kRefusal = "na";
inline constexpr std::string_view kListRequest = "ls";

void append_token(Bytes& out, std::string_view text);
// The answer to `ls`: one block that holds each id as a token, and a final line feed.
Bytes list_answer(const std::vector<std::string>& protocols);

// One negotiation of one side. The first bytes to send are there from the start.
class Negotiation {
 public:
  // Proposes them in this order. At least one.
  static Negotiation dialer(std::vector<std::string> protocols);
  // Accepts any of them; the list must outlive the negotiation.
  static Negotiation listener(const std::vector<std::string>& protocols);

  enum class State : std::uint8_t { more, agreed, refused, broken };
  // Takes from the front of `bytes` what is negotiation; what is left after `agreed` belongs to the protocol. refused:
  // the dialer has nothing left to propose. broken: the other side does not speak this, or proposes for ever.
  State feed(ByteView& bytes);
  Bytes take_output();
  const std::string& protocol() const { return protocol_; }  // once agreed

 private:
  explicit Negotiation(bool dialer);
  State on_token(std::string_view text);
  State on_answer(std::string_view text);
  State on_proposal(std::string_view text);

  PrefixedReader reader_;
  Bytes out_;
  std::vector<std::string> proposals_;                  // of a dialer
  const std::vector<std::string>* accepted_ = nullptr;  // of a listener
  std::size_t proposed_ = 0;                            // by the dialer; seen by the listener
  std::string protocol_;
  bool dialer_;
  bool greeted_ = false;
  State state_ = State::more;
};

}  // namespace lastmile::p2p
