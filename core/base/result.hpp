// Expected outcomes as values. A function that can be refused returns Result<T>; the caller must look at it.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "core/base/check.hpp"

namespace lastmile {

// What went wrong, for people: where, what was expected, what was found.
struct Error {
  std::string text;
};

struct Unit {
  friend bool operator==(Unit, Unit) = default;
};

template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Asking for the wrong side is a mistake of ours.
  const T& value() const& {
    LM_CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  T& value() & {
    LM_CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    LM_CHECK(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  const E& error() const& {
    LM_CHECK(!ok());
    return *std::get_if<1>(&state_);
  }
  E&& error() && {
    LM_CHECK(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

 private:
  std::variant<T, E> state_;
};

}  // namespace lastmile
