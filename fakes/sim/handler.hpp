#pragma once
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace kitfox::sim {

/// A posted function: called at most once, movable, small ones without allocation (Asio hands over a single
/// pointer).
class handler {
 public:
  handler() noexcept = default;
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, handler>) explicit handler(F&& function) {
    using type = std::remove_cvref_t<F>;
    if constexpr (fits<type>) {
      ::new (static_cast<void*>(storage_)) type(std::forward<F>(function));
      verbs_ = &verbs_of<inplace<type>>;
    } else {
      ::new (static_cast<void*>(storage_)) type*(new type(std::forward<F>(function)));
      verbs_ = &verbs_of<boxed<type>>;
    }
  }
  handler(handler&& other) noexcept { take(other); }
  handler& operator=(handler&& other) noexcept {
    if (this != &other) {
      clear();
      take(other);
    }
    return *this;
  }
  ~handler() { clear(); }

  /// Moves the function out, then calls it: what it owns is gone when the call returns. Must hold one.
  void operator()() { std::exchange(verbs_, nullptr)->call(storage_); }

 private:
  static constexpr std::size_t capacity = 3 * sizeof(void*);
  template <class F>
  static constexpr bool fits = sizeof(F) <= capacity &&
                               alignof(F) <= alignof(void*) && std::is_nothrow_move_constructible_v<F>;
  struct verbs {
    void (*call)(void*);
    void (*move)(void* from, void* to) noexcept;
    void (*destroy)(void*) noexcept;
  };
  template <class F>
  struct inplace {
    static void call(void* at) {
      F function(std::move(*static_cast<F*>(at)));
      static_cast<F*>(at)->~F();
      function();
    }
    static void move(void* from, void* to) noexcept {
      ::new (to) F(std::move(*static_cast<F*>(from)));
      static_cast<F*>(from)->~F();
    }
    static void destroy(void* at) noexcept { static_cast<F*>(at)->~F(); }
  };
  template <class F>
  struct boxed {
    static void call(void* at) {
      const std::unique_ptr<F> function{*static_cast<F**>(at)};
      (*function)();
    }
    static void move(void* from, void* to) noexcept { ::new (to) F*(*static_cast<F**>(from)); }
    static void destroy(void* at) noexcept { delete *static_cast<F**>(at); }
  };
  template <class Way>
  static constexpr verbs verbs_of{&Way::call, &Way::move, &Way::destroy};

  void take(handler& other) noexcept {
    verbs_ = std::exchange(other.verbs_, nullptr);
    if (verbs_ != nullptr) verbs_->move(other.storage_, storage_);
  }
  void clear() noexcept {
    if (verbs_ != nullptr) std::exchange(verbs_, nullptr)->destroy(storage_);
  }
  alignas(void*) std::byte storage_[capacity];
  const verbs* verbs_ = nullptr;
};

}  // namespace kitfox::sim
