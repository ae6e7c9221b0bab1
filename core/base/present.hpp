#pragma once

#include <optional>
#include <utility>

#include "core/base/check.hpp"

namespace lastmile {

// The value of an optional that the caller knows to be there: an empty one is our own mistake.
template <class T>
const T& present(const std::optional<T>& value) {
  LM_CHECK(value.has_value());
  return *value;
}
template <class T>
T& present(std::optional<T>& value) {
  LM_CHECK(value.has_value());
  return *value;
}
template <class T>
T present(std::optional<T>&& value) {
  LM_CHECK(value.has_value());
  return *std::move(value);
}

}  // namespace lastmile
