// Protobuf as this room writes it: the helpers of core/base.
#pragma once

#include "core/base/protobuf.hpp"

namespace lastmile::gossip {
namespace pb = lastmile::pb;
}  // namespace lastmile::gossip
