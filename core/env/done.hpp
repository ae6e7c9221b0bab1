// How answers come back: a call on the node's loop, later, exactly once, or never if the node is gone by then.
#pragma once

#include "core/base/callback.hpp"
#include "core/base/result.hpp"

namespace lastmile::env {

template <class T>
using Done = Callback<void(Result<T>)>;

}  // namespace lastmile::env
