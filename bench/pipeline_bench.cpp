// How far the road of a message is from its limit, the recovery of a public key: all figures of one run, ETH POSTs of
// about 600 bytes. Counters are messages per second of CPU.
#include <benchmark/benchmark.h>
#include <secp256k1_recovery.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/memory_node.hpp"
#include "bench/messages.hpp"
#include "bench/process_use.hpp"
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

void count(benchmark::State& state, std::size_t done) { state.SetItemsProcessed(static_cast<std::int64_t>(done)); }

// libsecp256k1 alone: the limit. As many signatures as there are messages: of a single one, the processor would learn
// the branches by heart.
class Recovery {
 public:
  Recovery() : signed_(kMessages) {
    for (std::size_t i = 0; i < kMessages; ++i) {
      Signed& one = signed_[i];
      one.digest = crypto::sha256("message " + std::to_string(i));
      const Hash256 key = crypto::sha256("key " + std::to_string(i % bench::kWallets));
      LM_CHECK(secp256k1_ecdsa_sign_recoverable(context_.get(), &one.signature, one.digest.bytes.data(),
                                                key.bytes.data(), nullptr, nullptr) == 1);
    }
  }
  void once() {
    const Signed& one = signed_[next_++ % kMessages];
    secp256k1_pubkey recovered;
    LM_CHECK(secp256k1_ecdsa_recover(context_.get(), &recovered, &one.signature, one.digest.bytes.data()) == 1);
    benchmark::DoNotOptimize(recovered);
  }

 private:
  struct Destroy {
    void operator()(secp256k1_context* context) const { secp256k1_context_destroy(context); }
  };
  struct Signed {
    Hash256 digest;
    secp256k1_ecdsa_recoverable_signature signature{};
  };
  std::unique_ptr<secp256k1_context, Destroy> context_{secp256k1_context_create(SECP256K1_CONTEXT_SIGN)};
  std::vector<Signed> signed_;
  std::size_t next_ = 0;
};

void parallel_recover(benchmark::State& state) {
  Recovery recovery;
  std::size_t done = 0;
  for (auto _ : state) {
    recovery.once();
    ++done;
  }
  count(state, done);
}
BENCHMARK(parallel_recover)->Threads(2)->UseRealTime()->MinTime(1.0);

message::Envelope verified(const std::string& text) {
  auto envelope = message::parse_envelope(text);  // checks the hash too
  LM_CHECK(message::verify(*envelope) == crypto::Verdict::valid);
  return std::move(*envelope);
}

// What a message costs on one core, by how far it goes: its key recovered only; verified, hashed and parsed; stored on
// a map. In turns of a few milliseconds, for the speed of a core changes from one second to the next.
void one_core(benchmark::State& state) {
  constexpr std::size_t kTurn = 50;
  static_assert(kMessages % kTurn == 0);
  messages();  // signed before the clock starts
  Recovery recovery;
  bench::MemoryNode node;
  double recover = 0;
  double verify = 0;
  double store = 0;
  std::size_t done = 0;
  for (auto _ : state) {
    node.start_anew();
    const double began = recover + verify + store;
    for (std::size_t turn = 0; turn < kMessages; turn += kTurn) {
      const double start = bench::cpu_seconds();
      for (std::size_t i = 0; i < kTurn; ++i) recovery.once();
      const double recovered = bench::cpu_seconds();
      for (std::size_t i = 0; i < kTurn; ++i) {
        const message::Envelope envelope = verified(messages()[turn + i]);
        benchmark::DoNotOptimize(message::parse_inline_content(envelope));
      }
      const double parsed = bench::cpu_seconds();
      for (std::size_t i = 0; i < kTurn; ++i) node.process(verified(messages()[turn + i]));
      recover += recovered - start;
      verify += parsed - recovered;
      store += bench::cpu_seconds() - parsed;
    }
    done += kMessages;
    state.SetIterationTime(recover + verify + store - began);
  }
  const auto messages_done = static_cast<double>(done);
  state.counters["recover/s"] = messages_done / recover;
  state.counters["verify_hash_parse/s"] = messages_done / verify;
  state.counters["pipeline_memory/s"] = messages_done / store;
  state.counters["verify_hash_parse"] = recover / verify;
  state.counters["pipeline_memory"] = verify / store;
}
BENCHMARK(one_core)->UseManualTime()->MinTime(5.0)->Unit(benchmark::kMillisecond);

void pipeline_memory_without_signature(benchmark::State& state) {
  bench::MemoryNode node;
  std::size_t done = 0;
  for (auto _ : state) {
    state.PauseTiming();
    node.start_anew();
    state.ResumeTiming();
    for (const std::string& text : messages()) {
      node.process(std::move(*message::parse_envelope(text)));
      ++done;
    }
  }
  count(state, done);
}
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
                         bench::process(*store, envelope, bench::kNow);
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
