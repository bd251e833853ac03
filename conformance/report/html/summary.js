// The head of the page: what the run came to, and what went wrong first.
"use strict";

kitfox.summary = (() => {
  const {h, icon} = kitfox.elements;
  const run = kitfox.run;
  const {results, cases} = run;
  const count = (verdict) => results.counts[verdict] ?? 0;
  const FIRST_MAX = 5;

  const headline = () => {
    if (results.executed === 0) return ["none", "Nothing was executed"];
    const of = run.plural(cases.length, "case");
    if (count("harness-error") > 0) return ["harness-error", `${run.plural(count("harness-error"), "harness error")} in ${of}`];
    if (count("fail") > 0) return ["fail", `${count("fail")} of ${of} ${count("fail") === 1 ? "fails" : "fail"}`];
    if (results.interrupted) return ["inconclusive", `Interrupted after ${of}`];
    if (count("inconclusive") > 0)
      return ["inconclusive", `${count("inconclusive")} of ${of} ${count("inconclusive") === 1 ? "is" : "are"} inconclusive`];
    if (kitfox.run.specification.conformant) return ["pass", "Conformant"];
    if (results.claim) return ["skipped", `No claim of conformance from ${of}`];
    if (count("skipped") > 0) return ["skipped", `${results.executed} of ${of} pass, ${count("skipped")} skipped`];
    return [count("warn") > 0 ? "warn" : "pass", cases.length === 1 ? "The case passes" : `All ${of} pass`];
  };

  /// A claim says this by itself.
  const remarks_on_requirements = () => {
    const out = [];
    const open = run.requirements.filter((one) => !one.verdict),
      unchecked = open.filter((one) => one.unchecked).length;
    if (open.length > unchecked)
      out.push(
        `${run.plural(open.length - unchecked, "requirement")} of ${run.requirements.length} ${open.length - unchecked === 1 ? "was" : "were"} not exercised by this run.`,
      );
    if (unchecked > 0)
      out.push(
        `${run.plural(unchecked, "requirement")} of ${run.requirements.length} have no check, each for a reason that its page gives.`,
      );
    return out;
  };

  const remarks = () => {
    const out = results.claim ? [results.claim.subject, results.claim.verdict] : [];
    if (results.interrupted) out.push(`A signal ended the run: ${cases.length} of ${results.planned} planned cases were over by then.`);
    if (results.out_of_time > 0)
      out.push(`The deadline of the run passed: ${run.plural(results.out_of_time, "case")} ${results.out_of_time === 1 ? "was" : "were"} not run.`);
    if (count("warn") > 0) out.push(`${run.plural(count("warn"), "case")} broke something that SHOULD hold.`);
    if (count("skipped") > 0)
      out.push(
        `${run.plural(count("skipped"), "case")} ${count("skipped") === 1 ? "was" : "were"} skipped; what was skipped is not known to hold.`,
      );
    if (!results.claim && results.executed > 0) out.push(...remarks_on_requirements());
    const left = run.specification.pictures_left_out;
    if (left > 0)
      out.push(
        `${run.plural(left, "timeline")} ${left === 1 ? "is" : "are"} left out of this page for its size: kitfox judge shows them from the transcripts.`,
      );
    return out;
  };

  const proportions = () => {
    const bar = h("div", {
      class: "proportions",
      role: "img",
      "aria-label": run.VERDICTS.filter(count)
        .map((one) => `${count(one)} ${one}`)
        .join(", "),
    });
    for (const verdict of [...run.VERDICTS].reverse()) {
      if (count(verdict) > 0) bar.append(h("span", {class: `verdict-${verdict}`, style: `flex-grow: ${count(verdict)}`}));
    }
    return bar;
  };

  const legend = () =>
    h(
      "ul",
      {class: "legend"},
      [...run.VERDICTS]
        .reverse()
        .filter((one) => count(one) > 0)
        .map((one) => h("li", {}, icon(one), h("b", {}, count(one).toLocaleString("en")), " ", one)),
    );

  const range = (values) => {
    const sorted = [...new Set(values)].sort((a, b) => a - b);
    if (sorted.length <= 3) return sorted.join(", ");
    return `${sorted[0]} to ${sorted.at(-1)} (${sorted.length})`;
  };

  const facts = () => {
    const origin = results.origin ?? {};
    const entries = [
      ["Agent", origin.agent],
      ["Gateway", origin.gateway],
      ["Worlds", [...new Set(cases.map((one) => one.world))].join(", ")],
      ["Seeds", range(cases.map((one) => one.seed))],
      ["Took", run.seconds(results.seconds)],
      ["Started", origin.started?.replace("T", " ").replace("Z", " UTC")],
      ["kitfox", [origin.kitfox, origin.commit].filter(Boolean).join(", commit ")],
      ["SHA-256 of the corpus", origin.corpus],
      ...(origin.digests ?? []).map((one) => [`SHA-256 of ${one.file}`, one.sha256]),
    ];
    return h(
      "dl",
      {class: "facts"},
      entries.filter(([, value]) => value).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {title: value}, value))),
    );
  };

  const first_failures = () => {
    const bad = cases.filter((one) => !run.is_quiet(one)).sort((a, b) => run.rank(a.verdict) - run.rank(b.verdict));
    if (bad.length === 0) return null;
    return h(
      "div",
      {class: "first-failures"},
      h("h2", {}, "What to look at first"),
      h(
        "ol",
        {},
        bad.slice(0, FIRST_MAX).map((one) => {
          const finding = run.first_finding(one);
          return h(
            "li",
            {},
            h(
              "a",
              {href: kitfox.case_link(one), class: "failure-card"},
              icon(one.verdict),
              h("span", {class: "failure-name"}, one.name),
              h(
                "span",
                {class: "failure-text"},
                one.harness_failure ??
                  (finding
                    ? [h("b", {}, finding.requirement || "expectation"), ` expected ${finding.expected}, got ${finding.actual}`]
                    : one.agreement?.first_difference
                      ? `sim and sockets disagree on ${one.agreement.first_difference.about}`
                      : one.title),
              ),
            ),
          );
        }),
      ),
      bad.length > FIRST_MAX ? h("p", {class: "note"}, `and ${bad.length - FIRST_MAX} more below`) : null,
    );
  };

  const show = () => {
    const [verdict, text] = headline();
    document.title = `${text} · kitfox`;
    document.getElementById("summary").replaceChildren(
      h(
        "div",
        {class: "headline"},
        h("h1", {class: `verdict-${verdict}`}, icon(verdict === "none" ? null : verdict), text),
        remarks().map((one) => h("p", {class: "remark"}, one)),
      ),
      cases.length > 0 ? proportions() : "",
      cases.length > 0 ? legend() : "",
      facts(),
      first_failures() ?? "",
    );
    const version = results.origin?.kitfox;
    document.getElementById("colophon").textContent =
      `Made by kitfox${version ? ` ${version}` : ""} from results.json and its transcripts. This file needs no network.`;
  };

  kitfox.case_link = (one) => `#/case/${encodeURIComponent(one.name)}`;
  kitfox.requirement_link = (id) => `#/requirement/${encodeURIComponent(id)}`;
  return {show};
})();
