// What holds for any file, directory and stream.
#include <gtest/gtest.h>
// first: rapidcheck's header needs it
#include <rapidcheck/gtest.h>

#include "core/crypto/hash.hpp"
#include "core/ipfs/car.hpp"
#include "tests/unit/ipfs/blocks.hpp"
#include "tests/unit/ipfs/vectors.hpp"

namespace lastmile::ipfs {
namespace {

RC_GTEST_PROP(IpfsProperty, AnyRangeOfAnyFileReadsBack, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(0, 3 * kUnixFsChunkBytes);
  const auto seed = *rc::gen::inRange<std::uint32_t>(1, 1000);
  const auto& how = test::kProfiles[*rc::gen::inRange<std::size_t>(0, test::kProfiles.size())];
  const auto begin = *rc::gen::inRange<std::size_t>(0, size + 10);
  const auto end = *rc::gen::inRange<std::size_t>(begin, size + 20);
  const Bytes content = test::pattern(seed, size);
  test::MemoryBlocks blocks;
  UnixFsBuilder builder(how.profile, blocks.sink());
  builder.add(content);
  const auto read = test::read_file(blocks, builder.finish().cid, {begin, end});
  RC_ASSERT(read.ok());
  const ByteView wanted = ByteView(content).subspan(std::min(begin, size), std::min(end, size) - std::min(begin, size));
  RC_ASSERT(to_hex(*read) == to_hex(wanted));
}

RC_GTEST_PROP(IpfsProperty, ACarComesBackHoweverItIsCut, ()) {
  const auto contents = *rc::gen::container<std::vector<Bytes>>(rc::gen::arbitrary<Bytes>());
  test::MemoryBlocks blocks;
  std::vector<DirectoryEntry> entries;
  for (const Bytes& content : contents) {
    UnixFsBuilder builder(UnixFsProfile::v1, blocks.sink());
    builder.add(content);
    const UnixFsFile file = builder.finish();
    entries.push_back({std::to_string(entries.size()), file.cid, file.cumulative_size});
  }
  const auto directory = build_directory(1, entries, blocks.sink());
  RC_ASSERT(directory.ok());
  Bytes car = car_header({directory->cid});
  const auto order = test::walk(blocks, directory->cid);
  for (const crypto::Cid& cid : order) {
    append(car, car_section_head(cid, blocks.get(cid).size()));
    append(car, blocks.get(cid));
  }
  std::vector<crypto::Cid> got;
  CarReader reader([&](const crypto::Cid& cid, ByteView block) {
    RC_ASSERT(to_hex(block) == to_hex(blocks.get(cid)));
    got.push_back(cid);
  });
  for (ByteView rest = car; !rest.empty();) {
    const auto part = std::min(rest.size(), *rc::gen::inRange<std::size_t>(1, 200));
    RC_ASSERT(reader.add(rest.first(part)).ok());
    rest = rest.subspan(part);
  }
  RC_ASSERT(reader.finish().ok());
  RC_ASSERT(got == order);
  RC_ASSERT(reader.roots() == std::vector<crypto::Cid>{directory->cid});
}

RC_GTEST_PROP(IpfsProperty, EveryEntryOfAnyDirectoryIsFoundByItsName, ()) {
  // Long names, so that some directories are tries.
  const auto count = *rc::gen::inRange<std::size_t>(0, 1500);
  const auto seed = *rc::gen::inRange<std::uint32_t>(1, 1000);
  test::MemoryBlocks blocks;
  std::vector<DirectoryEntry> entries;
  for (std::size_t i = 0; i < count; ++i)
    entries.push_back({to_hex(test::pattern(seed + static_cast<std::uint32_t>(i) * 1000, 110)),
                       crypto::Cid::v1(crypto::codec::kRaw, crypto::sha256(std::to_string(i))), i});
  const auto directory = build_directory(1, entries, blocks.sink());
  RC_ASSERT(directory.ok());
  const auto listed = test::read_directory(blocks, directory->cid);
  RC_ASSERT(listed.ok());
  RC_ASSERT(listed->size() == count);
  for (std::size_t i = 0; i < count; i += 50) {
    const auto target = test::resolve(blocks, directory->cid, {entries[i].name});
    RC_ASSERT(target.ok());
    RC_ASSERT(*target == entries[i].cid);
  }
}

}  // namespace
}  // namespace lastmile::ipfs
