#include "real/chain/anchor_sender.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "core/base/present.hpp"
#include "core/chain/ethereum_abi.hpp"
#include "core/node/own_rows.hpp"

namespace lastmile::real {
namespace {

// Beside the rows of the store and of the node, which begin with other bytes. The address is part of the name: another
// key has other nonces.
std::string book_key(const EvmChainConfig& config) {
  return "\xf8"
         "anchors/" +
         config.name + "/" + std::to_string(config.chain_id) + "/" + present(config.key).address();
}

// Twice the base fee lasts for six full blocks in a row (messages.md 6.5).
Uint256 fee_limit_of(const EthFees& fees) { return fees.base * Uint256(2U) + fees.tip; }

// Pools take a replacement only for a tenth more in both fees; an eighth, and one for what is too small to have one.
Uint256 raised(const Uint256& fee) { return fee + fee / Uint256(8U) + Uint256(1U); }

bool took_it(const RpcAnswer& answer, const std::string& hash) {
  if (!answer.ok()) return answer.error().trouble == RpcTrouble::already_known;
  const auto said = parse_eth_hash(*answer);
  return said.ok() && *said == hash;
}

bool has_nonce(const AnchorBook& book, std::uint64_t nonce) {
  return std::any_of(book.anchors.begin(), book.anchors.end(),
                     [nonce](const Anchor& anchor) { return anchor.nonce == nonce; });
}

}  // namespace

struct AnchorSender::Draft {
  std::string payload;
  env::Done<std::string> done;
};

AnchorSender::AnchorSender(env::Clock& clock, env::Timers& timers, env::Disk& disk, RpcPool& pool,
                           const EvmChainConfig& config, ChainNotes notes, ChainFigures& figures)
    : clock_(clock),
      timers_(timers),
      disk_(disk),
      pool_(pool),
      config_(config),
      notes_(std::move(notes)),
      figures_(figures),
      contract_(present(parse_eth_address(config.contract))),
      offered_(clock.now()) {}

Result<std::unique_ptr<AnchorSender>> AnchorSender::open(env::Clock& clock, env::Timers& timers, env::Disk& disk,
                                                         RpcPool& pool, const EvmChainConfig& config, ChainNotes notes,
                                                         ChainFigures& figures) {
  std::unique_ptr<AnchorSender> out(new AnchorSender(clock, timers, disk, pool, config, std::move(notes), figures));
  const auto row = node::find_row(disk.latest(), book_key(config));
  if (!row.ok()) return row.error();
  if (const auto& remembered = *row) {
    auto book = AnchorBook::parse(*remembered);
    if (!book.ok()) return Error{"chain " + config.name + ": " + book.error().text};
    out->book_ = *std::move(book);
  }
  figures.anchors = out->book_.anchors.size();
  out->look_later();
  return out;
}

void AnchorSender::refuse(const std::shared_ptr<Draft>& draft, std::string why) {
  busy_ = false;
  ++figures_.anchors_refused;
  draft->done(Error{"chain " + config_.name + ": " + std::move(why)});
}

void AnchorSender::remember(env::Done<Unit> done) {
  figures_.anchors = book_.anchors.size();
  env::Batch batch;
  node::put_row(batch, book_key(config_), book_.text());
  disk_.commit(std::move(batch), std::move(done));
}

AnchorAttempt AnchorSender::sign(const Anchor& anchor, const Uint256& tip, const Uint256& fee_limit) const {
  const FeeTransaction transaction{config_.chain_id,
                                   anchor.nonce,
                                   tip,
                                   fee_limit,
                                   anchor.gas_limit,
                                   contract_,
                                   chain::encode_do_emit(anchor.payload)};
  SignedTransaction signed_one = present(config_.key).sign(transaction);
  return {std::move(signed_one.hash), std::move(signed_one.raw), tip, fee_limit};
}

// --- a new anchor

void AnchorSender::submit(std::string payload, env::Done<std::string> done) {
  auto draft = std::make_shared<Draft>(Draft{std::move(payload), std::move(done)});
  const auto later = [&](const char* why) {
    timers_.after({}, alive([this, draft, why] {
                    ++figures_.anchors_refused;
                    draft->done(Error{"chain " + config_.name + ": " + why});
                  }));
  };
  if (draft->payload.size() > kAnchorPayloadMax) return later("the payload is too long for a transaction");
  // Another anchor for the same nonce could push it out, one for the next would wait behind it.
  if (busy_ || book_.waiting()) return later("an earlier anchor is in no block yet");
  if (book_.full()) return later("too many anchors are not final yet");
  busy_ = true;
  const std::string& address = present(config_.key).address();
  // Where the chain stands must be agreed on; fees and gas differ among honest endpoints and have limits of their own.
  pool_.ask({ask_chain_id(), ask_nonce(address)}, config_.votes,
            alive([this, draft](const Result<RpcAnswers, RpcFailure>& answers) {
              if (!answers.ok()) return refuse(draft, answers.error().text);
              on_place(draft, *answers);
            }));
}

void AnchorSender::on_place(const std::shared_ptr<Draft>& draft, const RpcAnswers& place) {
  const auto chain_id = parse_eth_quantity(*place[0]);
  const auto nonce = parse_eth_quantity(*place[1]);
  if (!chain_id.ok() || !nonce.ok()) return refuse(draft, "answers that are none");
  if (*chain_id != config_.chain_id) {
    return refuse(draft, "an endpoint serves chain id " + std::to_string(*chain_id) + ", expected " +
                             std::to_string(config_.chain_id));
  }
  pool_.ask(
      {ask_fees(), ask_gas(present(config_.key).address(), config_.contract, chain::encode_do_emit(draft->payload))}, 1,
      alive([this, draft, nonce = *nonce](const Result<RpcAnswers, RpcFailure>& answers) {
        if (!answers.ok()) return refuse(draft, answers.error().text);
        on_prepared(draft, nonce, *answers);
      }));
}

void AnchorSender::on_prepared(const std::shared_ptr<Draft>& draft, std::uint64_t nonce, const RpcAnswers& answers) {
  const auto fees = parse_eth_fees(*answers[0]);
  const auto gas = parse_eth_quantity(*answers[1]);
  if (!fees.ok() || !gas.ok()) return refuse(draft, "answers that are none");
  const Uint256 limit = fee_limit_of(*fees);
  if (limit > config_.fee_max) {
    return refuse(draft, "gas costs up to " + limit.text() + " wei, more than the " + config_.fee_max.text() +
                             " that are allowed");
  }
  if (*gas > config_.gas_max) {
    return refuse(draft, "an anchor needs " + std::to_string(*gas) + " gas, more than the " +
                             std::to_string(config_.gas_max) + " that are allowed");
  }
  Anchor anchor;
  anchor.nonce = book_.next_nonce(nonce);
  anchor.gas_limit = std::min(*gas + *gas / 4, config_.gas_max);  // the estimate may fall short by a storage slot
  anchor.payload = draft->payload;
  anchor.attempts.push_back(sign(anchor, fees->tip, limit));
  book_.anchors.push_back(anchor);
  offered_ = clock_.now();
  looks_without_it_ = 0;
  remember(alive([this, draft, anchor](const Result<Unit>& durable) {
    if (!durable.ok()) {
      // The node is about to stop; what is not remembered must not be sent.
      book_.anchors.pop_back();
      return refuse(draft, durable.error().text);
    }
    send(anchor, alive([this, draft, attempt = anchor.attempts.back()](const std::vector<RpcPool::Voice>& voices) {
           on_sent(draft, attempt, voices);
         }));
  }));
}

void AnchorSender::send(const Anchor& anchor, Callback<void(std::vector<RpcPool::Voice>)> heard) {
  pool_.survey({ask_send(anchor.attempts.back().raw)}, pool_.size(), std::move(heard));
}

void AnchorSender::on_sent(const std::shared_ptr<Draft>& draft, const AnchorAttempt& attempt,
                           const std::vector<RpcPool::Voice>& voices) {
  const auto took = [&](const RpcPool::Voice& voice) { return took_it(voice.answers[0], attempt.hash); };
  if (std::any_of(voices.begin(), voices.end(), took)) {
    busy_ = false;
    look_later();
    return draft->done(attempt.hash);
  }
  // Only a refusal by all that were asked is one; an endpoint that did not answer may have passed it on.
  const bool all_refused =
      voices.size() == pool_.size() &&
      std::all_of(voices.begin(), voices.end(), [](const RpcPool::Voice& voice) { return !voice.answers[0].ok(); });
  if (!all_refused) {
    look_later();
    return refuse(draft, "it is not known whether the anchor was taken; it is offered again");
  }
  const std::string why = voices.front().answers[0].error().text;
  std::erase_if(book_.anchors, [&](const Anchor& anchor) { return anchor.attempts.back() == attempt; });
  remember(alive([this, draft, why](const Result<Unit>&) { refuse(draft, why); }));
}

// --- what became of them

void AnchorSender::look_later() {
  if (looking_ || book_.anchors.empty()) return;
  looking_ = true;
  timers_.after(config_.poll, alive([this] { look(); }));
}

void AnchorSender::look() {
  std::vector<RpcQuestion> questions{ask_nonce(present(config_.key).address()), ask_fees()};
  std::vector<std::uint64_t> nonces;
  for (const Anchor& anchor : book_.anchors) {
    for (const AnchorAttempt& attempt : anchor.attempts) {
      questions.push_back(ask_receipt(attempt.hash));
      nonces.push_back(anchor.nonce);
    }
  }
  if (config_.finality.rule == Finality::Rule::tag) {
    questions.push_back(ask_tagged_header(config_.finality.tag));
  } else {
    questions.push_back(ask_tagged_header("latest"));
  }
  pool_.ask(std::move(questions), 1,
            alive([this, nonces = std::move(nonces)](const Result<RpcAnswers, RpcFailure>& answers) {
              looking_ = false;
              if (answers.ok()) on_looked(nonces, *answers);
              look_later();
            }));
}

void AnchorSender::on_looked(const std::vector<std::uint64_t>& nonces, const RpcAnswers& answers) {
  constexpr std::size_t kBeforeReceipts = 2;
  const auto used = parse_eth_quantity(*answers[0]);
  const auto fees = parse_eth_fees(*answers[1]);
  std::uint64_t final = 0;
  if (const RpcAnswer& told = answers.back(); told.ok()) {
    const auto header = parse_eth_header(*told);
    const std::uint64_t depth = config_.finality.rule == Finality::Rule::depth ? config_.finality.depth : 0;
    const std::optional<EthHeader> found = header.ok() ? *header : std::nullopt;
    if (found && found->number > depth) final = found->number - depth;
  }
  const AnchorBook before = book_;
  std::map<std::uint64_t, std::uint64_t> landed;
  for (std::size_t i = 0; i < nonces.size(); ++i) {
    const auto receipt = parse_eth_receipt(*answers[kBeforeReceipts + i]);
    const std::optional<EthReceipt> found = receipt.ok() ? *receipt : std::nullopt;
    if (found) landed[nonces[i]] = found->block;
  }
  for (Anchor& anchor : book_.anchors) {
    if (std::find(nonces.begin(), nonces.end(), anchor.nonce) == nonces.end()) continue;  // came meanwhile
    const auto block = landed.find(anchor.nonce);
    if (block == landed.end() && anchor.height) offered_ = clock_.now();  // taken back: time to land again
    anchor.height = block == landed.end() ? std::nullopt : std::optional(block->second);
  }
  std::erase_if(book_.anchors, [&](const Anchor& anchor) { return anchor.height && *anchor.height <= final; });
  const auto waiting =
      std::find_if(book_.anchors.begin(), book_.anchors.end(), [](const Anchor& anchor) { return !anchor.height; });
  if (waiting != book_.anchors.end() && !busy_) {
    // Of ours before it, up to the one whose turn it is, none is missing.
    const bool taken = used.ok() && *used > waiting->nonce;
    const bool missing = used.ok() && *used < waiting->nonce && !has_nonce(book_, waiting->nonce - 1);
    if (taken || missing) {
      // Somebody else sends with this key, or an endpoint told a wrong number. Several looks, since receipts may come
      // after counts.
      if (++looks_without_it_ >= kLooksBeforeLost) {
        notes_("chain " + config_.name + ": nonce " + std::to_string(waiting->nonce) +
               (taken ? " was used by a transaction that is not ours" : " will not be reached") +
               "; the anchor is given up");
        book_.anchors.erase(waiting);
        looks_without_it_ = 0;
      }
    } else {
      looks_without_it_ = 0;
      if (fees.ok() && clock_.now() - offered_ >= config_.stuck_after) raise(*waiting, *fees);
    }
  }
  if (book_ == before) return push();
  remember(alive([this](const Result<Unit>& durable) {
    if (durable.ok()) push();
  }));
}

// Pools forget, and blocks are taken back: what waits is sent again at each look.
void AnchorSender::push() {
  for (const Anchor& anchor : book_.anchors) {
    if (!anchor.height && !busy_) send(anchor, alive([](const std::vector<RpcPool::Voice>&) {}));
  }
}

void AnchorSender::raise(Anchor& anchor, const EthFees& fees) {
  const AnchorAttempt& last = anchor.attempts.back();
  const Uint256 tip = std::max(raised(last.tip), fees.tip);
  const Uint256 limit = std::max({raised(last.fee_limit), std::min(fee_limit_of(fees), config_.fee_max), tip});
  if (limit > config_.fee_max) {
    notes_("chain " + config_.name + ": an anchor waits for cheaper gas");
    offered_ = clock_.now();
    return;
  }
  if (anchor.attempts.size() == kAnchorAttemptsMax) return;
  ++figures_.fees_raised;
  anchor.attempts.push_back(sign(anchor, tip, limit));
  offered_ = clock_.now();
}

}  // namespace lastmile::real
