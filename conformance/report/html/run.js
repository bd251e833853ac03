// What the page shows: the results, the specification beside them, and how numbers are said.
"use strict";

kitfox.run = (() => {
  const read = (id) => {
    const element = document.getElementById(id);
    return element ? JSON.parse(element.textContent) : null;
  };
  const results = read("results");
  const specification = read("specification");
  const VERDICTS = ["fail", "harness-error", "inconclusive", "warn", "skipped", "pass"];
  const rank = (verdict) => {
    const at = VERDICTS.indexOf(verdict);
    return at < 0 ? VERDICTS.length : at;
  };

  const cases = results.cases.map((one, index) => ({...one, index}));
  const by_name = new Map(cases.map((one) => [one.name, one]));
  const requirements = specification.requirements;
  const by_id = new Map(requirements.map((one) => [one.id, one]));
  for (const one of requirements) one.seen_in = [];
  for (const one of cases) {
    for (const each of one.requirements)
      by_id.get(each.id)?.seen_in.push({in: one, verdict: each.verdict, observations: each.observations, named: each.named});
  }
  // Of a case that was skipped nothing was judged; what it would have put to the test is known.
  for (const one of cases.filter((each) => each.verdict === "skipped")) {
    for (const id of one.verifies ?? []) by_id.get(id)?.seen_in.push({in: one, verdict: "skipped", observations: 0, named: true});
  }
  const asked = results.claim ? new Set(results.claim.requirements) : null;
  for (const one of requirements) one.asked = !asked || asked.has(one.id) ? "asked of the subject" : "beside the claim";
  for (const one of requirements) one.seen_in.sort((a, b) => rank(a.verdict) - rank(b.verdict));

  const is_quiet = (one) => one.verdict === "pass" || one.verdict === "skipped";
  const first_finding = (one) => one.findings[one.first_divergence ?? -1] ?? null;
  const has_picture = (one) => document.getElementById(`picture-${one.index}`) !== null;
  const picture = (one) => read(`picture-${one.index}`);

  const seconds = (value) => {
    if (value < 0.001) return `${(value * 1e6).toFixed(0)} µs`;
    if (value < 1) return `${(value * 1e3).toFixed(value < 0.1 ? 1 : 0)} ms`;
    if (value < 120) return `${value.toFixed(value < 10 ? 2 : 1)} s`;
    if (value < 7200) return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
    if (value < 172800) return `${(value / 3600).toFixed(1)} h`;
    return `${(value / 86400).toFixed(1)} d`;
  };
  const span = (microseconds) => (microseconds === 0 ? "0 s" : seconds(microseconds / 1e6));
  const moment = (microseconds) => `${(microseconds / 1e6).toFixed(6)} s`;
  const plural = (count, word, words) => `${count.toLocaleString("en")} ${count === 1 ? word : (words ?? `${word}s`)}`;

  return {
    results,
    specification,
    VERDICTS,
    rank,
    cases,
    by_name,
    requirements,
    by_id,
    is_quiet,
    first_finding,
    has_picture,
    picture,
    seconds,
    span,
    moment,
    plural,
  };
})();
