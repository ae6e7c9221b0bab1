// Reconciliation messages from anybody: one spelling each; a request is answered within the limits; an answer to our
// own request ends the session or leads to another request within the limits.
#include "core/sync/reconcile.hpp"

#include "core/base/check.hpp"
#include "core/base/random.hpp"
#include "core/sync/memory_held_set.hpp"

namespace {

using namespace lastmile;
using namespace lastmile::sync;

// A few hundred items: bursts in one second, long gaps, CIDs.
const MemoryHeldSet& sample_set() {
  static const MemoryHeldSet set = [] {
    MemoryHeldSet made;
    Generator random(7);
    for (int i = 0; i < 600; ++i) {
      Hash256 digest;
      for (auto& byte : digest.bytes) byte = static_cast<std::uint8_t>(random.next());
      made.insert({i % 3 == 0 ? 1'700'000'000 : random.between(0, 2'000'000'000), message::ItemHash::of(digest)});
    }
    made.insert({1'700'000'000, *message::ItemHash::parse("QmWx3j1gSQUrBkYnA8wiuhmE5wGuVNKv5wW6L7RHgLi4H4")});
    return made;
  }();
  return set;
}

void ask(const HeldSet& held, const Answer& first) {
  Initiator session(1);
  auto request = session.next(held);
  LM_CHECK(request.ok() && request->has_value());
  // The same answer again and again: a liar that does not care.
  while (*request) {
    LM_CHECK(encode_reconcile(**request).size() <= kReconcileBytesMax);
    LM_CHECK((*request)->entries.size() <= kEntriesMax);
    LM_CHECK(session.on_answer(held, first).ok());
    request = session.next(held);
    LM_CHECK(request.ok());
  }
  LM_CHECK(session.over() && session.round_trips() <= kRoundTripsMax);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const auto message = decode_reconcile(bytes);
  if (!message) return 0;
  const Bytes again = encode_reconcile(*message);
  LM_CHECK(again == Bytes(bytes.begin(), bytes.end()));
  if (const auto* request = std::get_if<Request>(&*message)) {
    const auto found = answer(sample_set(), *request);
    LM_CHECK(found.ok() && !found->findings.empty() && found->findings.size() <= request->entries.size());
    const Bytes answered = encode_reconcile(*found);
    LM_CHECK(answered.size() <= kReconcileBytesMax);
    LM_CHECK(std::get<Answer>(*decode_reconcile(answered)) == *found);
  } else if (const auto* found = std::get_if<Answer>(&*message)) {
    ask(sample_set(), *found);
  }
  return 0;
}
