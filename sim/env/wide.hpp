// Products of 64-bit figures, exact.
#pragma once

namespace lastmile::sim {

__extension__ using Wide = unsigned __int128;
__extension__ using SignedWide = __int128;

}  // namespace lastmile::sim
