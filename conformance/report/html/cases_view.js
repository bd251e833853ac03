// Every case of the run, one line each.
"use strict";

kitfox.cases_view = (() => {
  const {h, icon} = kitfox.elements;
  const run = kitfox.run;
  const state = kitfox.filter.make();

  const finding_text = (one) => {
    if (one.skipped_because) return `skipped: ${one.skipped_because}`;
    if (one.harness_failure) return one.harness_failure;
    const finding = run.first_finding(one);
    if (finding) return [h("b", {}, finding.requirement || "expectation"), ` expected ${finding.expected}, got ${finding.actual}`];
    if (one.agreement?.first_difference) return `sim and sockets disagree on ${one.agreement.first_difference.about}`;
    return null;
  };

  const row = (one) => {
    const found = finding_text(one);
    return h(
      "tr",
      {class: "line", "data-href": kitfox.case_link(one)},
      h("td", {class: "cell-icon"}, icon(one.verdict)),
      h(
        "th",
        {scope: "row", class: "cell-case"},
        h("a", {class: "line-link", href: kitfox.case_link(one)}, one.id),
        h("span", {class: "case-title"}, one.title),
        found ? h("span", {class: "case-finding"}, found) : null,
      ),
      h("td", {class: "cell-world"}, one.world, h("span", {class: "seed"}, `#${one.seed}`)),
      h(
        "td",
        {class: "cell-number"},
        one.verdict === "skipped" ? "" : run.seconds(one.seconds),
        one.world === "sim" && one.verdict !== "skipped"
          ? h("span", {class: "virtual"}, `${run.seconds(one.world_seconds)} virtual`)
          : null,
      ),
    );
  };

  const wanted = () =>
    run.cases
      .filter((one) =>
        kitfox.filter.is_wanted(state, one.verdict, one, [
          one.name,
          one.title,
          one.requirements.map((each) => each.id).join(" "),
          ...one.findings.flatMap((each) => [each.requirement, each.expected, each.actual, each.subject]),
        ]),
      )
      .sort((a, b) => run.rank(a.verdict) - run.rank(b.verdict) || a.index - b.index);

  const show = (page) => {
    const body = h("tbody");
    const note = h("p", {class: "note list-note", role: "status"});
    const empty = h("p", {class: "empty", hidden: true}, run.cases.length === 0 ? "No case was run." : "Nothing fits.");
    const update = () => {
      const lines = wanted();
      note.textContent =
        lines.length === run.cases.length ? run.plural(lines.length, "case") : `${lines.length} of ${run.plural(run.cases.length, "case")}`;
      empty.hidden = lines.length > 0;
      body.replaceChildren(...lines.map(row));
    };
    const values_of = (name) => [...new Set(run.cases.map((one) => one[name]))].sort();
    const counts = Object.fromEntries(run.VERDICTS.map((verdict) => [verdict, run.cases.filter((one) => one.verdict === verdict).length]));
    page.append(
      kitfox.filter.bar(
        state,
        {
          placeholder: "Search cases",
          counts,
          fields: [
            {name: "area", label: "Any area", values: values_of("area")},
            {name: "world", label: "Any world", values: values_of("world")},
          ],
        },
        update,
      ),
      note,
      h("table", {class: "lines case-lines"}, body),
      empty,
    );
    update();
  };

  /// The case before or after one, as the list has them.
  const neighbour = (one, by) => {
    const lines = wanted();
    return lines[lines.indexOf(one) + by] ?? null;
  };

  return {show, neighbour};
})();
