// The frame of every call that changes something. For the store_*.cpp files only.
#pragma once

#include "core/store/run.hpp"
#include "core/store/store_impl.hpp"

namespace lastmile::store {

template <class T>
Result<T> StoreImpl::change(Wall now, const std::function<T(Context&)>& work) {
  if (broken_) return *broken_;
  now_ = now;
  auto result = guarded([&] {
    Context room = context(now);
    T answer = work(room);
    run(room);
    keep_limits(room);
    answer.changes = room.changes;
    commit(room);
    answer.unfinished = meta_.unfinished != 0;
    return answer;
  });
  if (!result) broken_ = result.error();
  return result;
}

}  // namespace lastmile::store
