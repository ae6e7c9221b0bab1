// The CID of a file against bare SHA-256 of its bytes, in turns of the same moments. Pieces of 64 KiB, as a network or
// a disk brings them: none is a whole chunk.
//
//   build/release/bench/cid_bench
#include <benchmark/benchmark.h>

#include <chrono>

#include "core/crypto/hash.hpp"
#include "core/ipfs/file_builder.hpp"

namespace lastmile::ipfs {
namespace {

constexpr std::size_t kFileBytes = 64 * 1024 * 1024;
constexpr std::size_t kTurnBytes = 4 * 1024 * 1024;  // some ten milliseconds
constexpr std::size_t kPieceBytes = 64 * 1024;

template <class Work>
double seconds_of(const Work& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void cid_of_a_file(benchmark::State& state, UnixFsProfile profile) {
  Bytes content(kTurnBytes);
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<std::uint8_t>(i * 2654435761U >> 13);
  const ByteView view(content);
  double bare = 0;
  double named = 0;
  double bytes = 0;
  for (auto turn : state) {
    (void)turn;
    UnixFsBuilder builder(profile);
    crypto::Sha256 hash;
    double whole = 0;
    for (std::size_t done = 0; done < kFileBytes; done += kTurnBytes) {
      const auto pieces = [&](const auto& take) {
        for (std::size_t i = 0; i < kTurnBytes; i += kPieceBytes) take(view.subspan(i, kPieceBytes));
      };
      whole += seconds_of([&] { pieces([&](ByteView piece) { builder.add(piece); }); });
      bare += seconds_of([&] { pieces([&](ByteView piece) { hash.add(piece); }); });
    }
    bare += seconds_of([&] { benchmark::DoNotOptimize(hash.finish()); });
    whole += seconds_of([&] { benchmark::DoNotOptimize(builder.finish()); });
    named += whole;
    bytes += kFileBytes;
    state.SetIterationTime(whole);
  }
  constexpr double kMega = 1e6;
  state.counters["sha256/s"] = bytes / kMega / bare;
  state.counters["cid/s"] = bytes / kMega / named;
  state.counters["ratio"] = bare / named;
}
BENCHMARK_CAPTURE(cid_of_a_file, v0, UnixFsProfile::v0)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(cid_of_a_file, v1, UnixFsProfile::v1)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lastmile::ipfs

BENCHMARK_MAIN();
