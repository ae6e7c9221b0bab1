#include "core/message/verification.hpp"

#include <array>
#include <bit>
#include <string>

#include <xxhash.h>

#include "core/base/check.hpp"

namespace lastmile::message {
namespace {

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, sizeof number> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(number >> 8 * i);
  out.append(bytes.data(), bytes.size());
}

void append_sized(std::string& out, std::string_view text) {
  append_number(out, text.size());
  out.append(text);
}

crypto::VerifyOptions options(const Switches& switches) {
  crypto::VerifyOptions result;
  if (switches.nuls_legacy_signature == Behaviour::as_reference) result.nuls = crypto::NulsForm::printed;
  result.avalanche_hex_senders = switches.avax_hex_senders == Behaviour::corrected;
  return result;
}

// Measured as docs/decisions/0113 says; the length of genuine texts makes no difference.
Duration curve_cost(crypto::Chain chain, std::string_view sender) {
  switch (crypto::signature_family(chain)) {
    case crypto::SignatureFamily::evm:
      return microseconds(43);
    case crypto::SignatureFamily::solana:
      return microseconds(51);
    case crypto::SignatureFamily::avalanche:
      return microseconds(45);
    case crypto::SignatureFamily::tezos:
      return sender.starts_with("tz3")   ? microseconds(104)
             : sender.starts_with("tz2") ? microseconds(48)
                                         : microseconds(60);
    case crypto::SignatureFamily::substrate:
      return microseconds(82);
    case crypto::SignatureFamily::cosmos:
      return microseconds(46);
    case crypto::SignatureFamily::nuls:
    case crypto::SignatureFamily::nuls2:
      return microseconds(43);
  }
  LM_CHECK(false);
}

}  // namespace

env::JobKey verification_key(const Envelope& envelope) {
  // A verdict also depends on the switches for NULS and AVAX, which are the same for a whole run.
  std::string text;
  text.reserve(256 + (envelope.signature ? envelope.signature->size() : 0));
  append_sized(text, "verify");
  append_sized(text, crypto::chain_text(envelope.chain));
  append_sized(text, envelope.sender);
  append_sized(text, type_text(envelope.type));
  append_sized(text, envelope.item_hash.view());
  append_sized(text, envelope.signature ? std::string_view(*envelope.signature) : std::string_view{});
  append_number(text, std::bit_cast<std::uint64_t>(envelope.time_number));
  const XXH128_hash_t digest = XXH3_128bits(text.data(), text.size());
  return {digest.high64, digest.low64};
}

Duration verification_cost(const Envelope& envelope) {
  return verification_cost(envelope.chain, envelope.sender, envelope.signature ? envelope.signature->size() : 0);
}

Duration verification_cost(crypto::Chain chain, std::string_view sender, std::size_t signature_bytes) {
  // Hashing and reading the texts, far below the curve: 1 us for each KiB begun.
  const std::size_t bytes = sender.size() + signature_bytes;
  return curve_cost(chain, sender) + microseconds(static_cast<std::int64_t>(bytes / 1024));
}

env::Job verification_job(std::shared_ptr<const Envelope> envelope, const Switches& switches) {
  LM_CHECK(envelope != nullptr);
  env::Job job{verification_key(*envelope), verification_cost(*envelope), {}};
  job.run = [shared = std::move(envelope), how = options(switches)]() -> env::JobResult {
    return std::make_shared<const VerificationOutput>(crypto::verify(shared->signed_fields(), how));
  };
  return job;
}

crypto::Verdict verdict_of(const env::JobResult& result) {
  const auto* output = dynamic_cast<const VerificationOutput*>(result.get());
  LM_CHECK(output != nullptr);
  return output->verdict;
}

crypto::Verdict verify(const Envelope& envelope, const Switches& switches) {
  return crypto::verify(envelope.signed_fields(), options(switches));
}

std::optional<ErrorCode> refusal_of(crypto::Verdict verdict) {
  switch (verdict) {
    case crypto::Verdict::valid:
      return std::nullopt;
    case crypto::Verdict::invalid:
      return ErrorCode::invalid_signature;
    case crypto::Verdict::unsupported_chain:
      return ErrorCode::invalid_format;
  }
  LM_CHECK(false);
}

}  // namespace lastmile::message
