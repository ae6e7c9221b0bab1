// Long work beside the running node, one piece at a time, on a thread of its own; the answer comes on the loop.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/base/callback.hpp"
#include "core/base/result.hpp"
#include "real/env/loop.hpp"
#include "real/storage/storage.hpp"

namespace lastmile::real {

class Maintenance {
 public:
  using Json = nlohmann::json;
  using Work = Callback<Result<Json>(Cancelled& cancelled)>;
  using Done = Callback<void(Result<Json>)>;

  explicit Maintenance(Loop& loop);
  ~Maintenance();  // cancels what is under way and waits for it; nobody is answered any more
  Maintenance(const Maintenance&) = delete;
  Maintenance& operator=(const Maintenance&) = delete;

  // Loop thread. `name` is for people: what is under way when another asks ("a backup is under way").
  void start(std::string name, Work work, Done done);
  // What is under way ends soon, with an error; later pieces are refused. Loop thread.
  void cancel();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace lastmile::real
