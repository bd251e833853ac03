#pragma once
#include <boost/asio/post.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/errc.hpp"
#include "runtime/notifier.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::runtime {

/// Carries work from one host to another, which may run on another thread; the two share nothing but what is
/// handed over. What is posted arrives in the order of posting. Whoever posts bounds how much is on its way.
class courier {
 public:
  enum class way {
    direct,  ///< Both ends are one host: work runs at once, inside of post().
    queued,  ///< Work waits in the other host's queue.
  };
  /// Carries from `here` to `there`; `answering` is a group of `there`'s in which questions are answered. All
  /// of them must outlive what was posted.
  courier(host& here, host& there, task_group& answering, way how)
      : here_{here}, there_{there}, answering_{answering}, way_{how} {}

  /// Runs `work()` over there. Call it here, or where it cannot race with anything: it touches no state.
  template <class Work>
  void post(Work work) const {
    if (way_ == way::direct)
      work();
    else
      asio::post(there_.executor(), std::move(work));
  }

  /// Runs `question()`, which returns task<Answer>, over there and returns the answer. `arrived(Answer&)` is
  /// called here as soon as the answer is back: before anything that was posted back after it, and also if
  /// the asker has gone by then, whereupon the answer is destroyed here. Errors: errc::cancelled, when the
  /// asker is; a question that is under way goes on then, unless the way is direct.
  template <class Answer, class Question, class Arrived>
  [[nodiscard]] task<result<Answer>> ask(Question question, Arrived arrived) const {
    if (way_ == way::direct) {
      Answer answer = co_await question();
      arrived(answer);
      co_return std::move(answer);
    }
    const auto one = std::make_shared<errand<Answer>>(here_.executor());  // owners: the asker, the answer
    send(one, std::move(question), std::move(arrived));
    while (!one->answer) {
      if (const error_code cancelled = co_await one->changed.wait()) co_return cancelled;
    }
    co_return std::move(*one->answer);
  }

 private:
  /// One question on its way; belongs to this side, whoever holds it.
  template <class Answer>
  struct errand {
    explicit errand(asio::any_io_executor here) : changed{std::move(here)} {}
    notifier changed;
    std::optional<Answer> answer;
  };

  template <class Answer, class Question, class Arrived>
  void send(std::shared_ptr<errand<Answer>> one, Question question, Arrived arrived) const {
    post([this, one = std::move(one), question = std::move(question),
          arrived = std::move(arrived)]() mutable {
      answering_.spawn("errand", answer_one(here_, std::move(one), std::move(question), std::move(arrived)));
    });
  }

  template <class Answer, class Question, class Arrived>
  static task<void> answer_one(host& back, std::shared_ptr<errand<Answer>> one, Question question,
                               Arrived arrived) {
    Answer answer = co_await question();
    // The errand leaves this side with the answer, so that it is destroyed on the other one.
    auto deliver = [one = std::move(one), arrived = std::move(arrived),
                    answer = std::move(answer)]() mutable {
      arrived(answer);
      one->answer.emplace(std::move(answer));
      one->changed.notify_all();
    };
    asio::post(back.executor(), std::move(deliver));
  }

  host& here_;
  host& there_;
  task_group& answering_;
  way way_;
};

}  // namespace kitfox::runtime
