// Rows that were committed and are not in the database yet, and reading through them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/env/disk.hpp"
#include "real/env/rocks_reader.hpp"

namespace lastmile::real {

// Bytes of keys and values; the memory around them is several times that where rows are small. Above it a commit waits
// until the flusher has written what is there: the disk is slower than the node.
inline constexpr std::size_t kLayerBytesMax = 64 * 1024 * 1024;

// The newest change of every key; null = removed.
struct Layer {
  std::map<std::string, env::Value, std::less<>> rows;
  std::size_t bytes = 0;  // of the changes, also of those that were overwritten here
};
using Layers = std::vector<std::shared_ptr<const Layer>>;  // oldest first

// Changes go into the open layer. Sealed, it changes no more and waits for the flusher; it is read until the database
// has its rows. Used by the loop thread, which commits and reads, and by the flusher thread.
class WriteLayers {
 public:
  // Loop thread. Waits while there is more than kLayerBytesMax.
  void add(env::Batch batch);

  struct Found {
    bool here = false;  // else the database knows
    env::Value value;   // null: removed
  };
  Found find(std::string_view key) const;
  // All of them, to be read beside the database as it is after this call. With the open layer as it is: loop thread,
  // and not after the next add().
  Layers current() const;
  // The same, sealed: for ever and any thread.
  Layers seal();

  // The flusher: the first `count` of what seal() gave it are in the database.
  void written(std::size_t count);
  // Nothing will be written any more: nobody waits.
  void give_up();

 private:
  mutable std::mutex mutex_;
  std::condition_variable room_;
  Layers sealed_;
  std::shared_ptr<Layer> open_ = std::make_shared<Layer>();
  std::size_t bytes_ = 0;  // of all layers
  bool given_up_ = false;
};

// A walk over layers and database as over one map, from the first key >= key, or from the last one below it (`before`).
std::unique_ptr<env::Cursor> layered_cursor(Layers layers, std::shared_ptr<const RocksReader> base,
                                            std::string_view key, bool before);

}  // namespace lastmile::real
