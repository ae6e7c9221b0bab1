// Signature verification as a job for env::Executor.
#pragma once

#include <memory>
#include <optional>

#include "core/base/time.hpp"
#include "core/crypto/signature.hpp"
#include "core/env/executor.hpp"
#include "core/message/envelope.hpp"
#include "core/message/error_code.hpp"
#include "core/message/switches.hpp"

namespace lastmile::message {

// 128-bit digest of everything the verdict depends on: chain, sender, type, item_hash, signature, time.
env::JobKey verification_key(const Envelope& envelope);

// CPU time on the reference machine, by kind of signature and length of the texts.
Duration verification_cost(const Envelope& envelope);
Duration verification_cost(crypto::Chain chain, std::string_view sender, std::size_t signature_bytes);

struct VerificationOutput final : env::JobOutput {
  explicit VerificationOutput(crypto::Verdict v) : verdict(v) {}
  crypto::Verdict verdict;
};

// Owns the envelope; its result is a VerificationOutput.
env::Job verification_job(std::shared_ptr<const Envelope> envelope, const Switches& switches = {});
crypto::Verdict verdict_of(const env::JobResult& result);

// The same, at once.
crypto::Verdict verify(const Envelope& envelope, const Switches& switches = {});
// Empty = valid. Error 1, or 0 for a chain without verifier (messages.md 2.10).
std::optional<ErrorCode> refusal_of(crypto::Verdict verdict);

}  // namespace lastmile::message
