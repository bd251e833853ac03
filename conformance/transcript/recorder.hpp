#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "conformance/transcript/secret_index.hpp"
#include "conformance/transcript/transcript.hpp"
#include "fakes/fault/path.hpp"
#include "runtime/event_sink.hpp"

namespace kitfox::conformance {

/// Turns what the links and the harness see into records. One per run; not thread-safe.
/// Bodies are kept up to `body_bytes_max`; credentials are replaced by key ids; heartbeats and comments that
/// follow each other on one stream become one record, written when something else happens there.
class recorder final : public fault::wire_observer, public fault::firing_observer {
 public:
  static constexpr std::size_t body_bytes_max = 16 * 1024;

  /// Keeps at most `records_max` records.
  explicit recorder(runtime::mono_time start, std::size_t records_max = transcript::records_max);
  ~recorder() override;

  /// A key that the harness was given: recorded by `id` wherever it is presented with its right secret.
  void know_key(std::string_view text, std::string id);

  void on_dial(connection, runtime::mono_time t) override;
  void on_dialled(connection, std::optional<fault::dial_answer> answer, runtime::mono_time t) override;
  void on_tls(connection, std::string_view failure, runtime::mono_time t) override;
  void on_sent(connection, fault::side from, std::string_view bytes, runtime::mono_time t) override;
  void on_delivered(connection, fault::side from, std::string_view bytes, runtime::mono_time t) override;
  void on_end_sent(connection, fault::side by, fault::end_kind how, runtime::mono_time t) override;
  void on_end_delivered(connection, fault::side to, fault::end_kind how, runtime::mono_time t) override;
  void on_fired(const fault::firing&) override;

  /// A record of the harness's own; `t` is set here.
  void add(record one, runtime::mono_time t);
  /// A log line of a subject. Where it holds a part of a secret, only whose is kept.
  void log(std::string_view node, std::string_view event, nlohmann::json fields, runtime::mono_time t);
  [[nodiscard]] instant at(runtime::mono_time t) const noexcept { return (t - start_).count(); }

  /// Hears of every record as it is appended: the scenario engine's eyes.
  class listener {
   public:
    virtual ~listener() = default;
    virtual void on_record(const record&) = 0;
  };
  void set_listener(listener* one) noexcept { listener_ = one; }

  /// The run is over: writes what is still held back (quiet runs) and records nothing more, so that taking
  /// the world down leaves no trace. Idempotent.
  void seal();
  /// Seals, and writes the footer.
  void finish(record footer, runtime::mono_time t);
  [[nodiscard]] const transcript& result() const noexcept { return out_; }
  [[nodiscard]] transcript take() && { return std::move(out_); }
  /// False once the transcript was full; the run must then end as a harness error.
  [[nodiscard]] bool complete() const noexcept { return complete_; }

 private:
  struct wire;  // one end of one connection
  struct ends {
    std::unique_ptr<wire> client, server;
  };
  struct half;  // one direction seen at that end
  friend struct wire;
  wire& wire_at(connection, wire_end at);
  void append(record&& one);
  std::string describe_credential(std::string_view header, nlohmann::json& more) const;

  runtime::mono_time start_;
  transcript out_;
  bool complete_ = true, sealed_ = false;
  listener* listener_ = nullptr;
  std::map<std::string, std::string, std::less<>> keys_;  ///< Whole text to id.
  secret_index secrets_;
  std::unordered_map<std::uint64_t, ends> wires_;  ///< By connection; never gone through in this order.
};

/// An event sink that records what a simulated subject logs.
class recording_sink final : public runtime::event_sink {
 public:
  recording_sink(recorder& to, std::string node, runtime::clock& time)
      : to_{to}, node_{std::move(node)}, time_{time} {}
  void emit(runtime::severity level, std::string_view event,
            std::span<const runtime::event_field> fields) override;

 private:
  recorder& to_;
  std::string node_;
  runtime::clock& time_;
};

}  // namespace kitfox::conformance
