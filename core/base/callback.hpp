// A move-only function with room for a small closure inside, so that the common completion does not allocate.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "core/base/check.hpp"

namespace lastmile {

template <class Signature>
class Callback;

template <class R, class... Args>
class Callback<R(Args...)> {
  static constexpr std::size_t kRoom = 48;

 public:
  Callback() = default;

  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Callback> && std::is_invocable_r_v<R, F&, Args...>)
  Callback(F&& function) {  // NOLINT(google-explicit-constructor)
    using Stored = std::remove_cvref_t<F>;
    if constexpr (fits<Stored>()) {
      new (room_) Stored(std::forward<F>(function));
      table_ = &inside<Stored>;
    } else {
      *reinterpret_cast<Stored**>(room_) = new Stored(std::forward<F>(function));
      table_ = &outside<Stored>;
    }
  }

  Callback(Callback&& other) noexcept { take(other); }
  Callback& operator=(Callback&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;
  ~Callback() { reset(); }

  explicit operator bool() const { return table_ != nullptr; }

  // NOLINTNEXTLINE(performance-unnecessary-value-param): as the signature says
  R operator()(Args... args) {
    LM_CHECK(table_ != nullptr);
    return table_->call(room_, std::forward<Args>(args)...);
  }

 private:
  struct Table {
    R (*call)(void*, Args&&...);
    void (*move)(void* to, void* from) noexcept;
    void (*destroy)(void*) noexcept;
  };

  template <class F>
  static constexpr bool fits() {
    return sizeof(F) <= kRoom && alignof(F) <= alignof(std::max_align_t) && std::is_nothrow_move_constructible_v<F>;
  }

  template <class F>
  static constexpr Table inside{
      [](void* room, Args&&... args) -> R { return (*static_cast<F*>(room))(std::forward<Args>(args)...); },
      [](void* to, void* from) noexcept {
        new (to) F(std::move(*static_cast<F*>(from)));
        static_cast<F*>(from)->~F();
      },
      [](void* room) noexcept { static_cast<F*>(room)->~F(); }};

  template <class F>
  static constexpr Table outside{
      [](void* room, Args&&... args) -> R { return (**static_cast<F**>(room))(std::forward<Args>(args)...); },
      [](void* to, void* from) noexcept { *static_cast<F**>(to) = *static_cast<F**>(from); },
      [](void* room) noexcept { delete *static_cast<F**>(room); }};

  void take(Callback& other) noexcept {
    table_ = std::exchange(other.table_, nullptr);
    if (table_ != nullptr) table_->move(room_, other.room_);
  }
  void reset() noexcept {
    if (table_ != nullptr) std::exchange(table_, nullptr)->destroy(room_);
  }

  alignas(std::max_align_t) std::byte room_[kRoom];
  const Table* table_ = nullptr;
};

}  // namespace lastmile
