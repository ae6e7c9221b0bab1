#include "core/crypto/signature.hpp"

#include "core/crypto/scheme/schemes.hpp"

namespace lastmile::crypto {

std::string verification_buffer(const SignedFields& fields) {
  const std::string_view chain = chain_text(fields.chain);
  std::string buffer;
  buffer.reserve(chain.size() + fields.sender.size() + fields.type.size() + fields.item_hash.size() + 3);
  buffer.append(chain).append("\n").append(fields.sender).append("\n");
  return buffer.append(fields.type).append("\n").append(fields.item_hash);
}

namespace {

bool is_valid(const SignedFields& fields, VerifyOptions options) {
  switch (signature_family(fields.chain)) {
    case SignatureFamily::evm:
      return scheme::verify_evm(fields);
    case SignatureFamily::solana:
      return scheme::verify_solana(fields);
    case SignatureFamily::avalanche:
      if (options.avalanche_hex_senders && fields.sender.starts_with("0x")) return scheme::verify_evm(fields);
      return scheme::verify_avalanche(fields);
    case SignatureFamily::tezos:
      return scheme::verify_tezos(fields);
    case SignatureFamily::substrate:
      return scheme::verify_substrate(fields);
    case SignatureFamily::cosmos:
      return scheme::verify_cosmos(fields);
    case SignatureFamily::nuls:
      return scheme::verify_nuls(fields, options.nuls);
    case SignatureFamily::nuls2:
      return scheme::verify_nuls2(fields);
  }
  return false;
}

}  // namespace

Verdict verify(const SignedFields& fields, VerifyOptions options) {
  if (!has_verifier(fields.chain)) return Verdict::unsupported_chain;
  if (fields.signature.size() > kSignatureTextMax || fields.sender.size() > kSenderTextMax) return Verdict::invalid;
  return is_valid(fields, options) ? Verdict::valid : Verdict::invalid;
}

}  // namespace lastmile::crypto
