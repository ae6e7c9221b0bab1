#include "real/chain/chain_reader.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/chain/ethereum_abi.hpp"

namespace lastmile::real {
namespace {

std::string topic_text(std::string_view signature) { return "0x" + chain::event_topic(signature).hex(); }

Wall wall_of(std::uint64_t unix_seconds) { return {seconds(static_cast<std::int64_t>(unix_seconds)).ns}; }

env::ChainBlock block_of(const EthHeader& header) {
  return {env::Height{header.number}, header.hash, header.parent, wall_of(header.time), {}};
}

// The number that at least `votes` of them have reached.
std::optional<std::uint64_t> reached(std::vector<std::uint64_t> numbers, std::size_t votes) {
  if (numbers.size() < votes) return std::nullopt;
  std::sort(numbers.begin(), numbers.end(), std::greater<>());
  return numbers[votes - 1];
}

// Judged by the question already: absent only where there is no such block.
std::optional<EthHeader> header_in(const RpcAnswer& answer) {
  if (!answer.ok()) return std::nullopt;
  auto header = parse_eth_header(*answer);
  return header.ok() ? *std::move(header) : std::nullopt;
}

}  // namespace

ChainReader::ChainReader(env::Timers& timers, RpcPool& pool, const EvmChainConfig& config, ChainNotes notes,
                         ChainFigures& figures)
    : timers_(timers), pool_(pool), config_(config), notes_(std::move(notes)), figures_(figures) {
  span_ = std::min(span_, config.log_span_max);
}

void ChainReader::follow(std::uint64_t from, std::string_view known_hash, env::ChainHandler& handler) {
  ++generation_;
  handler_ = &handler;
  next_ = from;
  known_.clear();
  if (from > 0 && !known_hash.empty()) known_[from - 1] = std::string(known_hash);
  told_.reset();
  final_told_.reset();
  telling_.clear();
  telling_until_ = 0;
  look_in({});
}

void ChainReader::look_in(Duration pause) {
  timers_.cancel(waiting_);
  waiting_ = timers_.after(pause, current([this] { round(); }));
}

void ChainReader::nothing(const std::string& why) {
  ++figures_.failed_rounds;
  if (why != last_note_) notes_("chain " + config_.name + ": " + why);  // once, not at every look
  last_note_ = why;
  look_in(config_.poll);
}

void ChainReader::contradiction(const std::string& why) {
  ++figures_.contradictions;
  pool_.distrust(speaker_);
  nothing(why);
}

// --- where the chain stands

void ChainReader::round() {
  std::vector<RpcQuestion> questions{ask_tagged_header("latest")};
  if (config_.finality.rule == Finality::Rule::tag) questions.push_back(ask_tagged_header(config_.finality.tag));
  // One that lags behind cannot hold up the others, and one that runs ahead is not believed alone.
  const bool everybody = config_.votes > 1 || rounds_++ % kSurveyEvery == 0;
  pool_.survey(std::move(questions), everybody ? pool_.size() : 1,
               current([this](const std::vector<RpcPool::Voice>& voices) { on_heads(voices); }));
}

void ChainReader::on_heads(const std::vector<RpcPool::Voice>& voices) {
  std::vector<std::uint64_t> heads;
  std::vector<std::uint64_t> finals;
  std::size_t other_branch = 0;
  std::size_t found_again = 0;
  for (const RpcPool::Voice& voice : voices) {
    const auto head = header_in(voice.answers[0]);
    if (!head) continue;
    heads.push_back(head->number);
    if (voice.answers.size() > 1) {
      if (const auto final = header_in(voice.answers[1])) finals.push_back(final->number);
    }
    const auto known = known_.find(head->number);
    if (known != known_.end()) ++(known->second == head->hash ? found_again : other_branch);
    speaker_ = voice.endpoint;
  }
  const auto head = reached(heads, config_.votes);
  if (!head) return nothing("too few endpoints say where the chain stands");
  head_ = *head;
  demote_those_behind(voices);
  figures_.head = std::max(figures_.head, head_);
  auto final = reached(finals, config_.votes);
  if (config_.finality.rule == Finality::Rule::depth && head_ >= config_.finality.depth)
    final = head_ - config_.finality.depth;
  if (final && (!final_ || *final > *final_)) final_ = *final;

  if (other_branch >= config_.votes) return walk_back(next_);
  if (found_again >= config_.votes && !told_ && head_ + 1 == next_) told_ = head_;
  if (next_ > head_) {
    last_note_.clear();
    if (tell_final()) look_in(config_.poll);
    return;
  }
  if (final_ && *final_ >= kHistoryDistance && next_ <= *final_ - kHistoryDistance)
    return history(std::min(*final_, next_ + span_ - 1));
  walk(std::min(head_, next_ + kHeadersPerRound - 1));
}

// Where one voice is enough, an endpoint that is always a little behind would be asked for ever.
void ChainReader::demote_those_behind(const std::vector<RpcPool::Voice>& voices) {
  for (const RpcPool::Voice& voice : voices) {
    const auto head = header_in(voice.answers[0]);
    if (pool_.size() > 1 && head && (head->number < head_ || head->number + 1 < next_)) pool_.demote(voice.endpoint);
  }
}

// --- blocks read whole

void ChainReader::walk(std::uint64_t to) {
  std::vector<RpcQuestion> questions;
  for (std::uint64_t height = next_; height <= to; ++height) questions.push_back(ask_header(height));
  pool_.ask(std::move(questions), config_.votes, current([this](const Result<RpcAnswers, RpcFailure>& answers) {
              if (!answers.ok()) return nothing("headers: " + answers.error().text);
              on_headers(*answers);
            }));
}

void ChainReader::on_headers(const RpcAnswers& answers) {
  std::vector<EthHeader> headers;
  for (const RpcAnswer& answer : answers) {
    auto header = header_in(answer);
    if (!header) break;  // it lags behind the one that told the head; what it has is good
    if (!headers.empty() && header->parent != headers.back().hash)
      return nothing("headers that do not follow each other");  // the chain turned between two answers, or a lie
    headers.push_back(*std::move(header));
  }
  if (headers.empty()) return nothing("an endpoint lags behind the others");
  const auto before = next_ > 0 ? known_.find(next_ - 1) : known_.end();
  if (before != known_.end() && headers.front().parent != before->second) return walk_back(next_);
  std::vector<RpcQuestion> questions;
  for (const EthHeader& header : headers) questions.push_back(ask_logs_of(header, config_.contract));
  pool_.ask(std::move(questions), config_.votes,
            current([this, headers = std::move(headers)](const Result<RpcAnswers, RpcFailure>& events) {
              if (!events.ok()) return nothing("events: " + events.error().text);
              on_events(headers, *events);
            }));
}

void ChainReader::on_events(const std::vector<EthHeader>& headers, const RpcAnswers& answers) {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    env::ChainBlock block = block_of(headers[i]);
    const auto logs = parse_eth_logs(*answers[i]);
    if (logs.ok()) {
      for (const EthLog& log : *logs) add_event(block, log);
    }
    telling_[headers[i].number] = std::move(block);
  }
  tell_until(headers.back().number + 1);
}

void ChainReader::add_event(env::ChainBlock& block, const EthLog& log) {
  static const std::string sync_topic = topic_text(chain::kSyncEventSignature);
  static const std::string message_topic = topic_text(chain::kMessageEventSignature);
  env::ChainEvent event;
  event.chain = config_.name;
  event.height = block.height;
  event.block_hash = block.hash;
  event.transaction = log.transaction;
  event.time = block.time;
  if (log.topics.size() == 1 && log.topics[0] == sync_topic) {
    auto read = chain::decode_sync_log(log.data);
    if (!read.ok()) return void(++figures_.unreadable);
    event.kind = env::ChainEvent::Kind::sync;
    event.publisher = std::move(read->address);
    event.payload = std::move(read->message);
  } else if (log.topics.size() == 1 && log.topics[0] == message_topic) {
    auto read = chain::decode_message_log(log.data);
    if (!read.ok()) return void(++figures_.unreadable);
    event.kind = env::ChainEvent::Kind::message;
    event.publisher = std::move(read->address);
    event.message_type = std::move(read->type);
    event.payload = std::move(read->content);
  } else {
    return void(++figures_.unreadable);
  }
  ++figures_.events;
  block.events.push_back(std::move(event));
}

// --- events of long ago

void ChainReader::history(std::uint64_t to) {
  std::vector<RpcQuestion> questions{ask_header(to), ask_logs(next_, to, config_.contract)};
  if (next_ > 0 && known_.contains(next_ - 1)) questions.push_back(ask_header(next_ - 1));
  pool_.ask(std::move(questions), config_.votes, current([this, to](const Result<RpcAnswers, RpcFailure>& answers) {
              if (answers.ok()) return on_history(to, *answers);
              if (answers.error().trouble != RpcTrouble::too_large || to == next_)
                return nothing("events: " + answers.error().text);
              span_ = std::max<std::uint64_t>((to - next_ + 1) / 2, 1);
              history(next_ + span_ - 1);
            }));
}

void ChainReader::on_history(std::uint64_t to, const RpcAnswers& answers) {
  if (!header_in(answers[0])) return nothing("an endpoint lags behind the others");
  if (answers.size() > 2) {
    const auto before = header_in(answers[2]);
    if (!before || before->hash != known_.at(next_ - 1)) return walk_back(next_);
  }
  span_ = std::min(span_ * 2, config_.log_span_max);
  const auto read = parse_eth_logs(*answers[1]);
  std::vector<EthLog> logs = read.ok() ? *read : std::vector<EthLog>{};
  std::vector<RpcQuestion> questions;
  std::size_t taken = 0;
  for (std::uint64_t height = 0; taken < logs.size(); ++taken) {
    if (taken > 0 && logs[taken].block == height) continue;
    if (questions.size() == kHistoryBlocksMax) break;
    height = logs[taken].block;
    questions.push_back(ask_header(height));
  }
  if (taken < logs.size()) {  // the rest with the next question
    to = logs[taken].block - 1;
    logs.resize(taken);
  }
  if (logs.empty() || logs.back().block != to) questions.push_back(ask_header(to));
  pool_.ask(std::move(questions), config_.votes,
            current([this, to, logs = std::move(logs)](const Result<RpcAnswers, RpcFailure>& headers) {
              if (!headers.ok()) return nothing("headers: " + headers.error().text);
              on_history_headers(to, logs, *headers);
            }));
}

void ChainReader::on_history_headers(std::uint64_t to, const std::vector<EthLog>& logs, const RpcAnswers& answers) {
  std::map<std::uint64_t, env::ChainBlock> blocks;
  for (const RpcAnswer& answer : answers) {
    const auto header = header_in(answer);
    if (!header) return nothing("an endpoint lags behind the others");
    blocks[header->number] = block_of(*header);
  }
  for (const EthLog& log : logs) {
    env::ChainBlock& block = blocks[log.block];
    if (log.block_hash != block.hash) return nothing("events of another block than the chain has");
  }
  for (const EthLog& log : logs) add_event(blocks[log.block], log);
  telling_ = std::move(blocks);
  tell_until(to + 1);
}

// --- what was taken back

void ChainReader::walk_back(std::uint64_t below) {
  std::vector<std::uint64_t> heights;
  std::vector<RpcQuestion> questions;
  for (auto place = known_.lower_bound(below); place != known_.begin() && heights.size() < kHeadersPerRound;) {
    --place;
    heights.push_back(place->first);
    questions.push_back(ask_header(place->first));
  }
  if (heights.empty()) {
    const std::uint64_t lowest = known_.empty() ? next_ : known_.begin()->first;
    if (final_told_ && lowest <= *final_told_) return contradiction("another block than the one that was final");
    // Nothing that we remember is there: back as far as a chain may go.
    const std::uint64_t back = std::max<std::uint64_t>(
        config_.finality.rule == Finality::Rule::depth ? config_.finality.depth : kBackWhenUnknown, 1);
    return take_back(std::max(lowest - std::min(lowest, back), final_told_.value_or(0)));
  }
  pool_.ask(std::move(questions), config_.votes,
            current([this, heights = std::move(heights)](const Result<RpcAnswers, RpcFailure>& answers) {
              if (!answers.ok()) return nothing("headers: " + answers.error().text);
              on_walk_back(heights, *answers);
            }));
}

void ChainReader::on_walk_back(const std::vector<std::uint64_t>& heights, const RpcAnswers& answers) {
  for (std::size_t i = 0; i < heights.size(); ++i) {
    const auto header = header_in(answers[i]);
    if (!header || header->hash != known_.at(heights[i])) continue;
    if (heights[i] + 1 >= next_) return nothing("endpoints stand on different branches");
    return take_back(heights[i]);
  }
  walk_back(heights.back());
}

void ChainReader::take_back(std::uint64_t kept) {
  known_.erase(known_.upper_bound(kept), known_.end());
  next_ = kept + 1;
  told_ = kept;
  figures_.told = kept;
  ++figures_.reorganisations;
  look_in({});  // before the handler, who may follow anew
  handler_->on_reorg(config_.name, env::Height{kept});
}

// --- telling

void ChainReader::tell_until(std::uint64_t end) {
  last_note_.clear();
  telling_until_ = end;
  tell();
}

void ChainReader::tell() {
  const std::uint64_t generation = generation_;
  for (std::size_t told = 0; told < kBlocksPerTurn && next_ < telling_until_; ++told) {
    auto node = telling_.extract(next_);
    env::ChainBlock block;
    if (!node.empty()) block = std::move(node.mapped());
    block.height = env::Height{next_};
    if (!block.hash.empty()) known_[next_] = block.hash;
    while (known_.size() > kKnownBlocksMax) known_.erase(known_.begin());
    told_ = next_;
    figures_.told = next_++;
    handler_->on_block(config_.name, block);
    if (generation != generation_) return;
  }
  if (next_ < telling_until_) {
    timers_.after({}, current([this] { tell(); }));
    return;
  }
  telling_.clear();
  if (tell_final()) look_in(next_ <= head_ ? Duration{} : config_.poll);
}

// False: the handler follows anew.
bool ChainReader::tell_final() {
  if (!final_ || !told_) return true;
  const std::uint64_t final = std::min(*final_, *told_);
  if (final == 0 || (final_told_ && final <= *final_told_)) return true;
  const std::uint64_t generation = generation_;
  final_told_ = final;
  figures_.final = final;
  known_.erase(known_.begin(), known_.lower_bound(final));
  handler_->on_final(config_.name, env::Height{final});
  return generation == generation_;
}

}  // namespace lastmile::real
