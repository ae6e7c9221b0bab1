// How far the road of a message is from its limit, the recovery of a public key: all figures of one run, ETH POSTs of
// about 600 bytes. Counters are messages per second of CPU.
#include <benchmark/benchmark.h>
#include <secp256k1_recovery.h>
#include <stdlib.h>

#include <filesystem>

#include "bench/memory_disk.hpp"
#include "core/crypto/account.hpp"
#include "core/crypto/hash.hpp"
#include "core/message/content.hpp"
#include "core/message/envelope.hpp"
#include "core/message/verification.hpp"
#include "core/store/store.hpp"
#include "real/env/loop.hpp"
#include "real/env/rocks_disk.hpp"

namespace lastmile {
namespace {

constexpr std::size_t kMessages = 4000;

// Signed POSTs by fifty wallets, as they arrive: text.
const std::vector<std::string>& messages() {
  static const std::vector<std::string> all = [] {
    std::vector<crypto::Account> wallets;
    for (std::uint64_t i = 0; i < 50; ++i) wallets.push_back(crypto::Account::derive(crypto::Chain::ETH, 1, i));
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < kMessages; ++i) {
      const crypto::Account& wallet = wallets[i % wallets.size()];
      const double time = 1767225600.0 + static_cast<double>(i);
      message::Envelope envelope;
      envelope.sender = wallet.address();
      envelope.item_content = R"({"address":")" + wallet.address() + R"(","time":)" + std::to_string(1767225600 + i) +
                              R"(,"type":"note","content":{"body":")" +
                              std::string(300, 'a' + static_cast<char>(i % 26)) + R"("},"ref":"channel-)" +
                              std::to_string(i % 10) + R"("})";
      envelope.item_hash = message::ItemHash::of(crypto::sha256(*envelope.item_content));
      envelope.time_number = time;
      envelope.channel = "bench";
      envelope.signature = wallet.sign("POST", envelope.item_hash.view());
      texts.push_back(message::serialize_envelope(envelope));
    }
    return texts;
  }();
  return all;
}

void count(benchmark::State& state, std::size_t done) { state.SetItemsProcessed(static_cast<std::int64_t>(done)); }

// The limit: libsecp256k1 alone.
void bare_recover(benchmark::State& state) {
  secp256k1_context* context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
  const Hash256 digest = crypto::sha256("message");
  const Hash256 key = crypto::sha256("key");
  secp256k1_ecdsa_recoverable_signature signature;
  if (secp256k1_ecdsa_sign_recoverable(context, &signature, digest.bytes.data(), key.bytes.data(), nullptr, nullptr) !=
      1) {
    return state.SkipWithError("cannot sign");
  }
  std::size_t done = 0;
  for (auto _ : state) {
    secp256k1_pubkey recovered;
    benchmark::DoNotOptimize(secp256k1_ecdsa_recover(context, &recovered, &signature, digest.bytes.data()));
    ++done;
  }
  count(state, done);
  secp256k1_context_destroy(context);
}
BENCHMARK(bare_recover)->MinTime(1.0);

void verify_hash_parse(benchmark::State& state) {
  std::size_t done = 0;
  for (auto _ : state) {
    const auto envelope = message::parse_envelope(messages()[done++ % kMessages]);  // checks the hash too
    if (message::verify(*envelope) != crypto::Verdict::valid) return state.SkipWithError("refused");
    benchmark::DoNotOptimize(message::parse_inline_content(*envelope));
  }
  count(state, done);
}
BENCHMARK(verify_hash_parse)->MinTime(1.0);

void pipeline(benchmark::State& state, bool verify) {
  std::size_t done = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto disk = std::make_unique<bench::MemoryDisk>();
    auto store = std::move(store::Store::open(*disk, {})).value();
    state.ResumeTiming();
    for (const std::string& text : messages()) {
      auto parsed = message::parse_envelope(text);
      auto envelope = std::make_shared<const message::Envelope>(std::move(*parsed));
      if (verify && message::verify(*envelope) != crypto::Verdict::valid) return state.SkipWithError("refused");
      auto content = std::make_shared<const message::Content>(std::move(*message::parse_inline_content(*envelope)));
      const auto outcome = store->accept({envelope, content, nullptr}, {1'767'300'000'000'000'000});
      if (!outcome.ok() || outcome->status != message::Status::processed) return state.SkipWithError("not processed");
      disk->answer();
      ++done;
    }
    state.PauseTiming();
    store.reset();
    disk.reset();
    state.ResumeTiming();
  }
  count(state, done);
}
void pipeline_memory(benchmark::State& state) { pipeline(state, true); }
void pipeline_memory_without_signature(benchmark::State& state) { pipeline(state, false); }
BENCHMARK(pipeline_memory)->MinTime(2.0);
BENCHMARK(pipeline_memory_without_signature)->MinTime(2.0);

std::filesystem::path scratch() {
  char name[] = "/tmp/lastmile-bench-XXXXXX";
  return mkdtemp(name);
}

// One thread that parses, verifies and stores, and the group commit of the real disk; wall time until all is durable.
void pipeline_durable(benchmark::State& state) {
  std::size_t done = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const std::filesystem::path folder = scratch();
    real::Loop loop;
    auto opened = real::RocksDisk::open(loop, {.database = folder / "db", .blobs = folder / "blobs"});
    if (!opened.ok()) return state.SkipWithError(opened.error().text.c_str());
    auto disk = std::move(*opened);
    auto store = std::move(store::Store::open(*disk, {})).value();
    state.ResumeTiming();
    for (const std::string& text : messages()) {
      auto parsed = message::parse_envelope(text);
      auto envelope = std::make_shared<const message::Envelope>(std::move(*parsed));
      if (message::verify(*envelope) != crypto::Verdict::valid) return state.SkipWithError("refused");
      auto content = std::make_shared<const message::Content>(std::move(*message::parse_inline_content(*envelope)));
      const auto outcome = store->accept({envelope, content, nullptr}, {1'767'300'000'000'000'000});
      if (!outcome.ok()) return state.SkipWithError(outcome.error().text.c_str());
      while (loop.run_one(Duration{})) {
      }
      ++done;
    }
    while (store->durable() < store->committed()) loop.run_one(milliseconds(10));
    state.PauseTiming();
    store.reset();
    disk.reset();
    std::filesystem::remove_all(folder);
    state.ResumeTiming();
  }
  count(state, done);
}
BENCHMARK(pipeline_durable)->UseRealTime()->MinTime(2.0);

// The other limit of the durable road: batches of a thousand small values, each synced.
void synced_batches(benchmark::State& state) {
  const std::filesystem::path folder = scratch();
  real::Loop loop;
  auto opened = real::RocksDisk::open(loop, {.database = folder / "db", .blobs = folder / "blobs"});
  if (!opened.ok()) return state.SkipWithError(opened.error().text.c_str());
  auto disk = std::move(*opened);
  std::size_t done = 0;
  for (auto _ : state) {
    env::Batch batch;
    for (int i = 0; i < 1000; ++i) batch.put("key" + std::to_string(done++), std::string(1000, 'v'));
    bool durable = false;
    disk->commit(std::move(batch), [&](Result<Unit>) { durable = true; });
    while (!durable) loop.run_one(milliseconds(10));
  }
  count(state, done);
  disk.reset();
  std::filesystem::remove_all(folder);
}
BENCHMARK(synced_batches)->UseRealTime()->MinTime(1.0);

}  // namespace
}  // namespace lastmile

BENCHMARK_MAIN();
