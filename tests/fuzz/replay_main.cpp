// Stands in for libFuzzer in ordinary builds: feeds every file of a corpus folder, and mutations of each, to the same
// entry point. Deterministic: the mutations of a file depend on its name and bytes only, so a failure repeats.
//
//   fuzz_x CORPUS             all files and mutations; fails when the folder is missing or empty
//   fuzz_x CORPUS FILE N      only mutation N of that file (0 is the file itself), after printing it in hexadecimal
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/random.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace {

using lastmile::Bytes;
using lastmile::ByteView;
using lastmile::Generator;

constexpr int kMutationsPerFile = 2000;
constexpr std::uint64_t kMutationSteps = 4;                   // at most so many changes on top of each other
constexpr std::size_t kInputBytesMax = std::size_t{1} << 20;  // as a libFuzzer run with -max_len would limit it
constexpr std::uint64_t kSeed = 7;

struct CorpusFile {
  std::string name;
  Bytes bytes;
};

// What runs at the moment, for the last words of a crash. Written before each input.
char current[512];

void last_words() { std::fprintf(stderr, "\nreplay: died on %s\n", current); }

void on_signal(int signal) {
  last_words();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::vector<CorpusFile> read_corpus(const std::string& folder) {
  std::vector<CorpusFile> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    files.push_back({entry.path().filename().string(), Bytes(std::istreambuf_iterator<char>(stream), {})});
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return files;
}

// A part of the bytes: any place, any length.
ByteView slice(const Bytes& bytes, Generator& random) {
  if (bytes.empty()) return {};
  const std::size_t from = random.below(bytes.size());
  return ByteView(bytes).subspan(from, random.below(bytes.size() - from) + 1);
}

void insert(Bytes& bytes, std::size_t at, ByteView part) {
  const Bytes copy(part.begin(), part.end());  // the part may lie in bytes itself
  bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), copy.begin(), copy.end());
}

void mutate_once(Bytes& bytes, const std::vector<CorpusFile>& corpus, Generator& random) {
  constexpr std::uint8_t kTelling[] = {0x00, 0x01, 0x7f, 0x80, 0xff, '"', '\\', '{', '[', ',', '\n', ' ', '0', '-'};
  const std::size_t at = random.below(bytes.size() + 1);
  const std::size_t byte = bytes.empty() ? 0 : random.below(bytes.size());
  switch (random.below(8)) {
    case 0:
      if (!bytes.empty()) bytes[byte] = static_cast<std::uint8_t>(bytes[byte] ^ 1U << random.below(8));
      break;
    case 1:
      if (!bytes.empty()) bytes[byte] = static_cast<std::uint8_t>(random.next());
      break;
    case 2:
      if (!bytes.empty()) bytes[byte] = kTelling[random.below(std::size(kTelling))];
      break;
    case 3:
      bytes.resize(at);
      break;  // truncation
    case 4:
      insert(bytes, at, slice(bytes, random));
      break;  // duplication
    case 5: {
      const ByteView part = slice(bytes, random);  // removal
      const auto from = part.empty() ? bytes.begin() : bytes.begin() + (part.data() - bytes.data());
      bytes.erase(from, from + static_cast<std::ptrdiff_t>(part.size()));
      break;
    }
    case 6:
      insert(bytes, at, slice(corpus[random.below(corpus.size())].bytes, random));
      break;  // splicing
    default: {
      const Bytes run(random.below(16) + 1, kTelling[random.below(std::size(kTelling))]);
      insert(bytes, at, run);
    }
  }
}

// Mutation 0 is the file as it lies there.
Bytes mutation(const CorpusFile& file, int number, const std::vector<CorpusFile>& corpus) {
  Bytes bytes = file.bytes;
  if (number == 0) return bytes;
  Generator random(lastmile::substream(kSeed, static_cast<std::uint64_t>(number), file.name));
  const std::uint64_t steps = 1 + random.below(kMutationSteps);
  for (std::uint64_t i = 0; i < steps; ++i) mutate_once(bytes, corpus, random);
  if (bytes.size() > kInputBytesMax) bytes.resize(kInputBytesMax);
  return bytes;
}

void run(const CorpusFile& file, int number, const std::vector<CorpusFile>& corpus) {
  std::snprintf(current, sizeof current, "file %s, mutation %d", file.name.c_str(), number);
  const Bytes input = mutation(file, number, corpus);
  // A copy of exactly the right size, so that a sanitizer sees the first byte behind it.
  const std::vector<std::uint8_t> exact(input.begin(), input.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 4) {
    std::fprintf(stderr, "usage: %s CORPUS [FILE MUTATION]\n", argv[0]);
    return 3;
  }
  const std::vector<CorpusFile> corpus = read_corpus(argv[1]);
  if (corpus.empty()) {
    std::fprintf(stderr, "replay: no corpus files in %s\n", argv[1]);
    return 3;
  }
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGBUS}) std::signal(signal, on_signal);
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(last_words);
  if (argc == 4) {
    const auto file = std::find_if(corpus.begin(), corpus.end(), [&](const auto& f) { return f.name == argv[2]; });
    if (file == corpus.end()) {
      std::fprintf(stderr, "replay: no file %s in %s\n", argv[2], argv[1]);
      return 3;
    }
    const int number = std::atoi(argv[3]);
    std::printf("%s\n", lastmile::to_hex(mutation(*file, number, corpus)).c_str());
    std::fflush(stdout);
    run(*file, number, corpus);
    return 0;
  }
  for (const CorpusFile& file : corpus) {
    for (int number = 0; number <= kMutationsPerFile; ++number) run(file, number, corpus);
  }
  std::printf("replay: %zu files, %d mutations of each\n", corpus.size(), kMutationsPerFile);
  return 0;
}
