#include "core/env/frame.hpp"

#include "core/base/siphash.hpp"

namespace lastmile::env {

BytesBody::BytesBody(Bytes bytes)
    : FrameBody(FrameKind::bytes, bytes.size(), siphash_2_4({}, bytes)), bytes_(std::move(bytes)) {}

Frame Frame::of_bytes(Bytes bytes) { return make<BytesBody>(std::move(bytes)); }

}  // namespace lastmile::env
