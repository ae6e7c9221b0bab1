// Whether what lies on a disk is a store that agrees with itself: for operators, after a crash or a restore. Reads
// everything once, changes nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/callback.hpp"
#include "core/base/hash.hpp"
#include "core/base/result.hpp"
#include "core/env/disk.hpp"
#include "core/message/item_hash.hpp"
#include "core/store/options.hpp"

namespace lastmile::store {

inline constexpr std::size_t kProblemsShownMax = 100;

// A file of the records, whether its bytes are there or not.
struct KnownFile {
  message::ItemHash file;
  std::uint64_t bytes = 0;
  bool local = false;      // all its bytes are on the disk, durably
  bool directory = false;  // has no bytes of its own: `bytes` counts what is below it
};

struct Consistency {
  std::uint64_t rows = 0;  // of this room and of those that share its disk
  std::uint64_t messages = 0;
  std::uint64_t files = 0;
  std::uint64_t held = 0;
  Uint256 state_sum;  // added up anew from the tables
  std::uint64_t problem_count = 0;
  std::vector<std::string> problems;  // a sentence each, the first kProblemsShownMax

  void add(std::string problem) {
    if (problem_count++ < kProblemsShownMax) problems.push_back(std::move(problem));
  }
};

// Looks at the check of every value, at the sums that are kept up (state, held messages and their hours, bytes nobody
// owns), and at references both ways: envelopes and records of messages; live STOREs and the pins of their files; pins,
// graces and records of files (files.hpp: every record has an owner or a grace). `file` is called once for each record
// of a file, in the order of hashes. `going_on` is asked now and then; false ends it early, with a problem that says
// so.
Consistency check_consistency(const env::Reader& disk, const StoreOptions& options,
                              Callback<void(const KnownFile&)> file, Callback<bool()> going_on);

// Does a record of this file exist, so that its bytes may be on the disk? Error: the record is damaged.
Result<bool> knows_file(const env::Reader& disk, const message::ItemHash& file);

// What a copy must have in common with what it is a copy of.
struct Fingerprint {
  std::uint64_t held = 0;
  Uint256 state_sum;
};
Result<Fingerprint> fingerprint(const env::Reader& disk);
// Every record of a file, in the order of hashes; nothing else is looked at. Error: damage.
Result<Unit> each_file(const env::Reader& disk, Callback<void(const KnownFile&)> file);

}  // namespace lastmile::store
