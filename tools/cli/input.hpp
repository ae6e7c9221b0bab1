// What users name as input: a file, or "-" for standard input. Read in pieces, so that its length does not matter.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace lastmile::tools {

inline constexpr std::size_t kInputPieceBytes = 1024 * 1024;

// Hands every byte to `take`, in order, in pieces of at most kInputPieceBytes. Folders, pipes and devices that are
// named are refused, so that nobody waits for what may never come. Errors name the file.
Result<Unit> read_input(const std::string& name, const std::function<void(ByteView)>& take);

// The same as one text of at most `limit` bytes.
Result<std::string> read_input_text(const std::string& name, std::size_t limit);

}  // namespace lastmile::tools
