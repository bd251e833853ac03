#include "conformance/report/results_reader.hpp"

#include <fmt/format.h>

#include <boost/system/errc.hpp>
#include <charconv>
#include <filesystem>

#include "conformance/report/plain_text.hpp"

namespace kitfox::conformance {
namespace {

/// A value and where it stands. The first complaint of a document is kept; what is read after it means
/// nothing.
class place {
 public:
  place(const nlohmann::json& value, std::string path, std::string& complaint)
      : value_{&value}, path_{std::move(path)}, complaint_{&complaint} {}

  [[nodiscard]] bool has(const char* name) const { return value_->is_object() && value_->contains(name); }
  [[nodiscard]] place member(const char* name) const {
    static const nlohmann::json nothing;
    const std::string path = path_.empty() ? name : path_ + "." + name;
    if (has(name)) return {(*value_)[name], path, *complaint_};
    complain(path, "missing");
    return {nothing, path, *complaint_};
  }
  [[nodiscard]] std::vector<place> items() const {
    std::vector<place> out;
    if (!value_->is_array()) {
      complain("a list");
      return out;
    }
    for (const nlohmann::json& one : *value_)
      out.emplace_back(one, fmt::format("{}[{}]", path_, out.size()), *complaint_);
    return out;
  }

  [[nodiscard]] std::string text() const {
    if (value_->is_string()) return value_->get<std::string>();
    complain("a text");
    return {};
  }
  [[nodiscard]] std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const place& one : items()) out.push_back(one.text());
    return out;
  }
  [[nodiscard]] bool flag() const {
    if (value_->is_boolean()) return value_->get<bool>();
    complain("true or false");
    return false;
  }
  [[nodiscard]] double number() const {
    if (value_->is_number()) return value_->get<double>();
    complain("a number");
    return 0;
  }
  [[nodiscard]] std::uint64_t count() const {
    if (value_->is_number_unsigned()) return value_->get<std::uint64_t>();
    complain("a whole number from 0");
    return 0;
  }
  [[nodiscard]] instant nanoseconds() const {
    if (value_->is_number_integer()) return value_->get<instant>();
    complain("a whole number of nanoseconds");
    return 0;
  }
  [[nodiscard]] verdict outcome() const {
    const auto one =
        value_->is_string() ? parse_verdict(value_->get_ref<const std::string&>()) : std::nullopt;
    if (!one) complain("pass, skipped, warn, inconclusive, fail or harness-error");
    return one.value_or(verdict::harness_error);
  }
  [[nodiscard]] std::uint64_t hexadecimal() const {
    std::uint64_t out = 0;
    const std::string digits = value_->is_string() ? value_->get<std::string>() : "";
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), out, 16);
    if (digits.empty() || failure != std::errc{} || end != digits.data() + digits.size())
      complain("hexadecimal digits");
    return out;
  }
  /// A file or folder below that of the results.
  [[nodiscard]] std::string path_below() const {
    std::string name = text();
    const std::filesystem::path way{name};
    bool leads_out = way.is_absolute();
    for (const auto& part : way) leads_out = leads_out || part == "..";
    if (leads_out) complain("a path below the folder of the results");
    return name;
  }
  void complain(std::string_view expected) const {
    complain(path_, fmt::format("expected {}, found {}", expected, found()));
  }

 private:
  /// Lists and objects may be of any depth: they are only named.
  [[nodiscard]] std::string found() const {
    constexpr std::size_t shown_bytes_max = 60;
    if (value_->is_structured()) return value_->is_array() ? "a list" : "an object";
    return cut_text(value_->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), shown_bytes_max);
  }
  void complain(const std::string& path, const std::string& what) const {
    if (complaint_->empty()) *complaint_ = path + ": " + what;
  }
  const nlohmann::json* value_;
  std::string path_;
  std::string* complaint_;
};

finding read_finding(const place& from) {
  finding out;
  out.requirement = from.member("requirement").text();
  out.subject = from.member("subject").text();
  out.expected = from.member("expected").text();
  out.actual = from.member("actual").text();
  out.t = from.member("t").nanoseconds();
  out.record = from.member("record").count();
  const place kind = from.member("kind");
  const std::string word = kind.text();
  if (word == "inconclusive")
    out.kind = finding::weight::inconclusive;
  else if (word != "failure")
    kind.complain("failure or inconclusive");
  return out;
}

agreement read_agreement(const place& from) {
  agreement out;
  const place outcome = from.member("outcome");
  const std::string word = outcome.text();
  if (word == "differ")
    out.is = agreement::outcome::differ;
  else if (word == "excused")
    out.is = agreement::outcome::excused;
  else if (word == "not-the-same")
    out.is = agreement::outcome::not_the_same;
  else if (word != "agree")
    outcome.complain("agree, differ, excused or not-the-same");
  if (from.has("reason")) out.reason = from.member("reason").text();
  if (!from.has("first_difference")) return out;
  const place first = from.member("first_difference");
  const auto side = [&](const char* name) {
    return first.has(name) ? first.member(name).text() : std::string{};
  };
  out.first = trace_disagreement{first.member("about").text(), side("sim"), side("sockets")};
  return out;
}

void read_judgement(const place& from, judgement& out) {
  out.outcome = from.member("verdict").outcome();
  if (from.has("harness_failure")) out.harness_failure = from.member("harness_failure").text();
  for (const place& one : from.member("requirements").items())
    out.requirements.push_back({one.member("id").text(), one.member("verdict").outcome(),
                                one.member("observations").count(), one.member("named").flag()});
  for (const place& one : from.member("findings").items()) out.findings.push_back(read_finding(one));
}

case_result read_case(const place& from) {
  case_result out;
  out.name = from.member("name").text();
  out.id = from.member("id").text();
  out.area = from.member("area").text();
  out.title = from.member("title").text();
  out.file = from.member("file").text();
  out.world = from.member("world").text();
  out.seed = from.member("seed").count();
  if (from.has("verifies")) out.verifies = from.member("verifies").texts();
  out.wall_seconds = from.member("seconds").number();
  out.world_seconds = from.member("world_seconds").number();
  out.records = from.member("records").count();
  out.runs = static_cast<unsigned>(from.member("runs").count());
  if (from.has("accelerated")) out.accelerated = static_cast<unsigned>(from.member("accelerated").count());
  out.reproduce = from.member("reproduce").text();
  if (from.has("trace_hash")) out.trace_hash = from.member("trace_hash").hexadecimal();
  if (from.has("transcript")) out.transcript_file = from.member("transcript").path_below();
  if (from.has("logs")) out.logs_folder = from.member("logs").path_below();
  if (from.has("skipped_because")) out.skipped_because = from.member("skipped_because").text();
  if (from.has("agreement")) out.agrees_with_sim = read_agreement(from.member("agreement"));
  read_judgement(from, out.judged);
  if (out.judged.outcome == verdict::skipped && out.skipped_because.empty())
    from.member("skipped_because").complain("the reason of a skipped case");
  return out;
}

run_origin read_origin(const place& from) {
  run_origin out{from.member("kitfox").text(), from.member("started").text(), from.member("agent").text(),
                 from.member("gateway").text()};
  if (from.has("commit")) out.commit = from.member("commit").text();
  if (from.has("corpus")) out.corpus = from.member("corpus").text();
  if (from.has("digests"))
    for (const place& one : from.member("digests").items())
      out.digests.push_back({one.member("file").text(), one.member("sha256").text()});
  return out;
}

run_claim read_claim(const place& from) {
  return {from.member("subject").text(), from.member("verdict").text(), from.member("conformant").flag(),
          from.member("requirements").texts()};
}

}  // namespace

runtime::result<run_result> parse_results(std::string_view text, std::string& why) {
  why.clear();
  const nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
  const place all{document, "", why};
  run_result out;
  if (!document.is_object()) {
    why = document.is_discarded() ? "it is not JSON" : "expected a JSON object";
  } else if (const std::string version = all.member("kitfox").text(); version != "results/v1") {
    all.member("kitfox").complain("\"results/v1\"");
  } else {
    out.planned = all.member("planned").count();
    out.interrupted = all.member("interrupted").flag();
    if (all.has("out_of_time")) out.out_of_time = all.member("out_of_time").count();
    out.wall_seconds = all.member("seconds").number();
    if (all.has("origin")) out.origin = read_origin(all.member("origin"));
    if (all.has("claim")) out.claim = read_claim(all.member("claim"));
    for (const place& one : all.member("cases").items()) out.cases.push_back(read_case(one));
    if (const place told = all.member("verdict"); told.outcome() != out.worst())
      told.complain(fmt::format("\"{}\", the worst of its cases", to_string(out.worst())));
  }
  if (!why.empty()) return boost::system::errc::make_error_code(boost::system::errc::invalid_argument);
  return out;
}

}  // namespace kitfox::conformance
