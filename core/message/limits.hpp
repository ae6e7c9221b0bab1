// Every limit of this room in one place. Those of messages.md 1.1 and 3 are protocol; the others bound hostile input
// and are explained where they stand.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lastmile::message {

// messages.md 1.1
inline constexpr std::size_t kInlineCodePointsMax = 200000;
inline constexpr std::size_t kGossipFrameBytesMax = 262144;
inline constexpr std::size_t kInlineSwitchOverBytes = 50000;  // clients use inline strictly below
inline constexpr std::size_t kContentBytesMax = 104857600;    // a read of exactly this length counts as unavailable
inline constexpr std::int64_t kTimeSecondsMax = 9223372036;  // content.time, inclusive; we hold envelopes to it as well

// An inline content at its limit whose every code point is written as two \u escapes, and room for the other fields.
inline constexpr std::size_t kEnvelopeTextBytesMax = kInlineCodePointsMax * 12 + 65536;
// Levels of arrays and objects in any JSON we read. Genuine contents use fewer than ten.
inline constexpr std::size_t kJsonDepthMax = 256;
// Digits of one number: more than any amount or key needs, and what the reference's language accepts.
inline constexpr std::size_t kJsonNumberDigitsMax = 4300;

// messages.md 3.1, 3.4
inline constexpr std::size_t kReferenceChannelCodePointsMax = 128;
inline constexpr std::size_t kForgetTargetsMax = 1000;
inline constexpr std::size_t kForgetReasonCodePointsMax = 1000;

// messages.md 3.5
inline constexpr std::size_t kMetadataKeysMax = 256;
inline constexpr std::size_t kAuthorizedKeysMax = 256;
inline constexpr std::size_t kAuthorizedKeyCodePointsMax = 8192;
inline constexpr std::size_t kVariablesMax = 256;
inline constexpr std::size_t kVariableNameCodePointsMax = 128;
inline constexpr std::size_t kVariableValueCodePointsMax = 4096;
inline constexpr std::int64_t kVcpusMax = 256;
inline constexpr std::int64_t kMemoryMibMax = 1048576;
inline constexpr std::int64_t kRunSecondsMax = 315360000;
inline constexpr std::int64_t kPortMax = 65535;
inline constexpr std::size_t kVolumesMax = 256;
inline constexpr std::size_t kVolumeTextCodePointsMax = 256;  // comment, mount, name
inline constexpr std::int64_t kEphemeralMibMax = 1000;
inline constexpr std::int64_t kPersistentMibMax = 1953125;
inline constexpr std::size_t kReplacesCodePointsMax = 128;
inline constexpr std::size_t kAddressRegexCodePointsMax = 256;
inline constexpr std::size_t kMeasurementsMax = 16;

// messages.md 3.6, 3.8
inline constexpr std::size_t kSubscriptionKeysMax = 32;
inline constexpr std::size_t kVerifiedVolumesMax = 8;
inline constexpr std::size_t kVerifiedCommentCodePointsMax = 1024;
inline constexpr std::size_t kVcpuTypeCodePointsMax = 64;
inline constexpr std::size_t kMeasurementDigits = 96;

// Elements of lists that section 3 leaves open (published ports, gpu, features, subscriptions, program arguments,
// tags): far above any genuine use.
inline constexpr std::size_t kOpenListMax = 10000;

// Entries of one `security` aggregate, and names in one of their filters. Entries beyond are not read: they grant
// nothing.
inline constexpr std::size_t kAuthorizationsMax = 1000;
inline constexpr std::size_t kAuthorizationNamesMax = 1000;

// FORGET hashes that one tombstone may list (architecture.md 8).
inline constexpr std::size_t kForgottenByMax = 1000;

static_assert(kEphemeralMibMax < kPersistentMibMax, "an undecided volume above the first limit is persistent");
static_assert(kInlineSwitchOverBytes < kGossipFrameBytesMax, "what clients write inline fits one gossip frame");

}  // namespace lastmile::message
