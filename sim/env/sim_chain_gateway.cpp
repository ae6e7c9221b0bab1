#include "sim/env/sim_chain_gateway.hpp"

#include <algorithm>

#include "core/base/siphash.hpp"
#include "sim/env/kernel.hpp"

namespace lastmile::sim {
namespace {

// How long a node waits before it calls an access point unreachable or a name unknown.
constexpr Duration kUnreachableAfter = seconds(1);

constexpr std::uint8_t kBlock = 1;
constexpr std::uint8_t kReorg = 2;
constexpr std::uint8_t kFinal = 3;

}  // namespace

SimChainGateway::~SimChainGateway() = default;

std::string SimChainGateway::publisher(std::string_view chain) const {
  return Chain::address_of(chain, kernel_.machine(self_).spec.name);
}

void SimChainGateway::follow(std::string_view name, env::Height from, std::string_view known_hash,
                             env::ChainHandler& handler) {
  const auto chain = kernel_.find_chain(name);
  if (!chain) return;  // silence, as from a chain that cannot be reached
  if (following_.size() <= *chain) following_.resize(*chain + 1);
  auto& following = following_[*chain];
  if (following == nullptr) following = std::make_unique<Following>();
  *following = Following{};
  following->handler = &handler;
  following->generation = ++generations_;
  following->from = from.value;
  following->known_hash = std::string(known_hash);
  kernel_.follow_chain(*chain, self_);
  if (kernel_.chain_out(*chain, self_)) return;  // told of the head when it ends
  // A round trip: the head as the access point knows it when the question arrives is at least today's.
  kernel_.post_own(self_, kernel_.now_ns() + 2 * kernel_.chain_latency(*chain, self_).ns, EventKind::chain, 0, *chain,
                   kernel_.chain(*chain).head());
}

void SimChainGateway::on_head(const Event& event) {
  const std::uint32_t chain = event.extra;
  if (chain >= following_.size() || following_[chain] == nullptr || kernel_.chain_out(chain, self_)) return;
  Following& following = *following_[chain];
  const auto head = static_cast<std::uint32_t>(event.argument);
  // Heads are made one after another: the greater position is the newer one.
  following.seen = following.seen == Chain::kNoBlock ? head : std::max(following.seen, head);
  walk(chain);
}

// Finds where on the branch of the seen head the node stands; false while that head lies before it.
bool SimChainGateway::place(std::uint32_t index, Following& following) {
  const Chain& chain = kernel_.chain(index);
  const std::uint64_t head_height = chain.height_of(following.seen);
  if (following.from > head_height + 1) return false;
  following.placed = true;
  following.delivered = following.from == 0 ? Chain::kNoBlock : chain.ancestor(following.seen, following.from - 1);
  if (following.known_hash.empty() || following.from == 0) return true;
  if (chain.at(following.delivered).block->hash == following.known_hash) return true;
  const std::uint32_t known = chain.find(following.known_hash);
  std::uint32_t kept = Chain::kNoBlock;
  if (known != Chain::kNoBlock) {
    kept = chain.common_ancestor(known, following.seen);
  } else {
    // Never a block of this chain: go back as far as anything the node saw could have been taken back.
    const std::uint64_t back = std::max<std::uint64_t>(chain.config().finality_blocks, 1);
    kept = chain.ancestor(following.seen, following.from - 1 - std::min(following.from - 1, back));
  }
  following.delivered = kept;
  const std::uint64_t height = chain.height_of(kept);
  kernel_.hand(self_, LoopKind::chain, {kFirstChainSource + index}, mix_payload(kReorg, height));
  following.handler->on_reorg(chain.name(), {height});
  return true;
}

void SimChainGateway::walk(std::uint32_t index) {
  Following& following = *following_[index];
  const Chain& chain = kernel_.chain(index);
  const NodeIndex source{kFirstChainSource + index};
  const std::uint64_t generation = following.generation;
  const auto moved = [&] { return following.generation != generation; };  // a handler called follow()
  if (!following.placed && (!place(index, following) || moved())) return;
  const std::uint32_t target = following.seen;
  if (following.delivered != Chain::kNoBlock) {
    const std::uint32_t kept = chain.common_ancestor(following.delivered, target);
    if (kept != following.delivered && kept != target) {
      following.delivered = kept;
      kernel_.hand(self_, LoopKind::chain, source, mix_payload(kReorg, chain.height_of(kept)));
      following.handler->on_reorg(chain.name(), {chain.height_of(kept)});
      if (moved()) return;
    }
  }
  const std::uint64_t head_height = chain.height_of(target);
  const auto next_height = [&] {
    return following.delivered == Chain::kNoBlock ? 0 : chain.height_of(following.delivered) + 1;
  };
  for (int calls = 0; calls < kCallsPerTurn && next_height() <= head_height; ++calls) {
    following.delivered = chain.ancestor(target, next_height());
    const auto block = chain.at(following.delivered).block;
    kernel_.hand(self_, LoopKind::chain, source, mix_payload(kBlock, digest_of(block->hash)));
    following.handler->on_block(chain.name(), *block);
    if (moved()) return;
  }
  if (following.delivered == Chain::kNoBlock) return;
  const std::uint64_t final_height = std::min(chain.final_height(target), chain.height_of(following.delivered));
  const bool grown = following.final_told ? final_height > following.final_height : final_height > 0;
  if (grown) {
    following.final_told = true;
    following.final_height = final_height;
    kernel_.hand(self_, LoopKind::chain, source, mix_payload(kFinal, final_height));
    following.handler->on_final(chain.name(), {final_height});
    if (moved()) return;
  }
  if (next_height() <= head_height)
    kernel_.post_own(self_, kernel_.now_ns() + kTurnPause.ns, EventKind::chain, 0, index, target);
}

void SimChainGateway::answer_later(Answer answer, Duration delay) {
  const SlotRef ref = answers_.add(std::move(answer));
  auto carrier = std::make_unique<Submission>();
  carrier->answer = ref;
  kernel_.post_own(self_, kernel_.now_ns() + delay.ns, EventKind::chain_answer, 0, 0,
                   reinterpret_cast<std::uint64_t>(carrier.release()));
}

void SimChainGateway::submit(std::string_view name, std::string payload, env::Done<std::string> done) {
  const auto chain = kernel_.find_chain(name);
  if (!chain || kernel_.chain_out(*chain, self_))
    return answer_later({AnswerKind::unreachable, 0, {}, std::move(done)}, kUnreachableAfter);
  auto submission = std::make_unique<Submission>();
  submission->chain = *chain;
  submission->answer = answers_.add({AnswerKind::submit, *chain, {}, std::move(done)});
  submission->event.kind = env::ChainEvent::Kind::sync;
  submission->event.publisher = publisher(name);
  submission->event.payload = std::move(payload);
  kernel_.post(kEngineNode, self_, kernel_.now_ns() + kernel_.chain_latency(*chain, self_).ns, EventKind::transaction,
               0, kernel_.slot(self_).incarnation, *chain, reinterpret_cast<std::uint64_t>(submission.release()));
}

void SimChainGateway::balance(std::string_view name, std::string address, env::Done<std::string> done) {
  const auto chain = kernel_.find_chain(name);
  if (!chain || kernel_.chain_out(*chain, self_))
    return answer_later({AnswerKind::unreachable, 0, {}, std::move(done)}, kUnreachableAfter);
  const Duration round_trip = kernel_.chain_latency(*chain, self_) * 2;
  answer_later({AnswerKind::balance, *chain, std::move(address), std::move(done)}, round_trip);
}

void SimChainGateway::on_answer(const Event& event) {
  const std::unique_ptr<Submission> submission(reinterpret_cast<Submission*>(event.argument));
  Answer answer;
  if (!answers_.take(submission->answer, answer)) return;
  Result<std::string> result = Error{"chain unreachable"};
  if (answer.kind == AnswerKind::balance) result = kernel_.chain(answer.chain).balance(answer.address);
  if (answer.kind == AnswerKind::submit) {
    if (submission->hash.empty())
      result = Error{"refused by the chain: too many transactions wait"};
    else
      result = std::move(submission->hash);
  }
  const NodeIndex source = answer.kind == AnswerKind::unreachable ? self_ : NodeIndex{kFirstChainSource + answer.chain};
  kernel_.hand(self_, LoopKind::chain, source, digest_of(result.ok() ? *result : result.error().text));
  answer.done(std::move(result));
}

}  // namespace lastmile::sim
