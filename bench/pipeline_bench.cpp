// How far the road of a message is from its limit, the recovery of a public key: all figures of one run, ETH POSTs of
// about 600 bytes. Counters are messages per second of CPU.
#include <benchmark/benchmark.h>
#include <secp256k1_recovery.h>
#include <stdlib.h>

#include <filesystem>

#include "bench/memory_disk.hpp"
#include "bench/messages.hpp"
#include "core/message/verification.hpp"
#include "real/env/loop.hpp"
#include "real/env/rocks_disk.hpp"
#include "real/env/thread_pool_executor.hpp"

namespace lastmile {
namespace {

constexpr std::size_t kMessages = 4000;

const std::vector<std::string>& messages() {
  static const std::vector<std::string> all = bench::make_messages(kMessages);
  return all;
}
constexpr Wall kNow{(bench::kFirstSecond + 86400) * 1'000'000'000};

void count(benchmark::State& state, std::size_t done) { state.SetItemsProcessed(static_cast<std::int64_t>(done)); }

// The limit: libsecp256k1 alone, on one core and on two.
void bare_recover(benchmark::State& state) {
  secp256k1_context* context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN);
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
void parallel_recover(benchmark::State& state) { bare_recover(state); }
BENCHMARK(parallel_recover)->Threads(2)->UseRealTime()->MinTime(1.0);

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
      bench::process(*store, envelope, kNow);
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

// As a real node does it: signatures on the workers, everything else on the loop, group commit of the real disk. Wall
// time until all is durable, on two cores.
constexpr std::size_t kWorkers = 2;
constexpr std::size_t kVerifyInFlight = 256;  // node::Limits::verify_in_flight

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
    auto executor = std::make_unique<real::ThreadPoolExecutor>(loop, kWorkers);
    state.ResumeTiming();
    for (const std::string& text : messages()) {
      auto parsed = message::parse_envelope(text);
      auto envelope = std::make_shared<const message::Envelope>(std::move(*parsed));
      executor->submit(env::Lane::signatures, message::verification_job(envelope),
                       [&, envelope](const env::JobResult& result) {
                         LM_CHECK(message::verdict_of(result) == crypto::Verdict::valid);
                         bench::process(*store, envelope, kNow);
                         ++done;
                       });
      while (loop.run_one(Duration{})) {
      }
      while (executor->in_flight(env::Lane::signatures) >= kVerifyInFlight) loop.run_one(milliseconds(10));
    }
    while (executor->in_flight(env::Lane::signatures) > 0) loop.run_one(milliseconds(10));
    while (store->durable() < store->committed()) loop.run_one(milliseconds(10));
    state.PauseTiming();
    executor.reset();
    store.reset();
    disk.reset();
    std::filesystem::remove_all(folder);
    state.ResumeTiming();
  }
  count(state, done);
}
BENCHMARK(pipeline_durable)->MeasureProcessCPUTime()->UseRealTime()->MinTime(2.0);

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
    disk->commit(std::move(batch), [&](const Result<Unit>&) { durable = true; });
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
