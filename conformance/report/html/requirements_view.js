// The matrix: every requirement of the specification, its verdict, and a mark for each case that looked at it.
"use strict";

kitfox.requirements_view = (() => {
  const {h, icon, badge} = kitfox.elements;
  const run = kitfox.run;
  const state = kitfox.filter.make();
  // A subject is looked at by what is asked of it; the rest is a choice away.
  if (run.results.claim) state.choices.asked = "asked of the subject";
  const MARKS_MAX = 36;
  /// Names as short as these are abbreviations: TLS, SSE, RBAC.
  const ABBREVIATION_MAX = 4;

  const counts = () => {
    const out = {};
    for (const verdict of [...run.VERDICTS, "not exercised"])
      out[verdict] = run.requirements.filter((one) => (one.verdict ?? "not exercised") === verdict).length;
    return out;
  };
  const values_of = (name) => [...new Set(run.requirements.map((one) => one[name]).filter(Boolean))];

  const marks = (one) => {
    const shown = one.seen_in.slice(0, MARKS_MAX);
    const rest = one.seen_in.length - shown.length;
    return h(
      "span",
      {class: "marks"},
      shown.map((each) =>
        h("a", {
          class: `mark verdict-${each.verdict}`,
          href: kitfox.case_link(each.in),
          title: `${each.in.name}: ${each.verdict}`,
          tabindex: "-1",
          "aria-label": `${each.in.name}: ${each.verdict}`,
        }),
      ),
      rest > 0 ? h("span", {class: "more"}, `+${rest}`) : null,
    );
  };

  const row = (one) =>
    h(
      "tr",
      {class: "line", "data-href": kitfox.requirement_link(one.id)},
      h("td", {class: "cell-icon"}, icon(one.verdict ?? null)),
      h("th", {scope: "row"}, h("a", {class: "line-link", href: kitfox.requirement_link(one.id)}, one.id)),
      h("td", {class: "cell-level"}, one.level ? h("span", {class: `level level-${one.level.toLowerCase()}`}, one.level) : null),
      h("td", {class: "cell-role"}, one.role ?? ""),
      h("td", {class: "cell-text"}, one.text ?? "This program's specification does not have it."),
      h(
        "td",
        {class: "cell-marks"},
        one.seen_in.length > 0
          ? marks(one)
          : h("span", {class: "note"}, one.not_testable ? "not to be seen from outside" : one.unchecked ? "no check yet" : "not exercised"),
      ),
      h("td", {class: "cell-number"}, one.seen_in.length > 0 ? run.plural(one.seen_in.length, "case") : ""),
    );

  const wanted = () =>
    run.requirements.filter((one) =>
      kitfox.filter.is_wanted(state, one.verdict, one, [one.id, one.text ?? "", one.area ?? "", one.role ?? "", one.level ?? ""]),
    );

  const lists = (lines) => {
    const areas = new Map();
    for (const one of lines) {
      const area = one.area ?? "unknown";
      if (!areas.has(area)) areas.set(area, []);
      areas.get(area).push(one);
    }
    return [...areas].map(([area, inside]) => {
      const bad = inside.filter((one) => one.verdict && !["pass", "warn", "skipped"].includes(one.verdict)).length;
      const held = inside.filter((one) => one.verdict === "pass").length;
      return h(
        "section",
        {class: "area"},
        h(
          "h2",
          {},
          h("span", {class: "area-name"}, area.length <= ABBREVIATION_MAX ? area.toUpperCase() : area),
          h("span", {class: "area-note"}, bad > 0 ? `${bad} of ${inside.length} broken or unclear` : `${held} of ${inside.length} hold`),
        ),
        h("table", {class: "lines requirement-lines"}, h("tbody", {}, inside.map(row))),
      );
    });
  };

  const show = (page) => {
    const body = h("div", {class: "list-body"});
    const note = h("p", {class: "note list-note", role: "status"});
    const update = () => {
      const lines = wanted();
      note.textContent =
        lines.length === run.requirements.length
          ? run.plural(lines.length, "requirement")
          : `${lines.length} of ${run.plural(run.requirements.length, "requirement")}`;
      body.replaceChildren(...(lines.length > 0 ? lists(lines) : [h("p", {class: "empty"}, "Nothing fits.")]));
    };
    page.append(
      kitfox.filter.bar(
        state,
        {
          placeholder: "Search requirements",
          counts: counts(),
          fields: [
            {name: "area", label: "Any area", values: values_of("area")},
            {name: "level", label: "MUST, SHOULD", values: values_of("level")},
            {name: "role", label: "Any role", values: values_of("role")},
            {name: "profile", label: "Any profile", values: values_of("profile")},
            {name: "asked", label: "Asked or not", values: values_of("asked")},
          ],
        },
        update,
      ),
      note,
      body,
    );
    update();
  };

  const show_one = (page, id) => {
    const one = run.by_id.get(id);
    if (!one) return void page.append(h("p", {class: "empty"}, `No requirement is called ${id}.`));
    const paragraph = (title, text) => (text ? [h("h3", {}, title), h("p", {}, text)] : null);
    page.append(
      h("nav", {class: "way-back"}, h("a", {href: "#/requirements"}, "← Requirements")),
      h(
        "header",
        {class: "detail-head"},
        h("p", {class: "eyebrow"}, [one.area, one.level, one.role, one.profile].filter(Boolean).join(" · ")),
        h("h2", {}, one.id),
        badge(one.verdict ?? null),
      ),
      h("blockquote", {class: "normative"}, one.text ?? "This program's specification does not have it."),
      h(
        "div",
        {class: "columns"},
        h("div", {}, paragraph("Why", one.why)),
        h("div", {}, paragraph("How it is judged", one.judged)),
        h("div", {}, paragraph("Where it comes from", one.sources?.join("; "))),
        h("div", {}, paragraph(one.not_testable ? "Not to be seen from outside" : "No check yet", one.unchecked)),
      ),
      h("h3", {}, one.seen_in.length > 0 ? `Seen in ${run.plural(one.seen_in.length, "case")}` : "No case of this run looked at it"),
      h(
        "table",
        {class: "lines"},
        h(
          "tbody",
          {},
          one.seen_in.map((each) =>
            h(
              "tr",
              {class: "line", "data-href": kitfox.case_link(each.in)},
              h("td", {class: "cell-icon"}, icon(each.verdict)),
              h("th", {scope: "row"}, h("a", {class: "line-link", href: kitfox.case_link(each.in)}, each.in.name)),
              h("td", {class: "cell-text"}, each.in.title),
              h("td", {class: "cell-number"}, each.observations > 0 ? run.plural(each.observations, "observation") : "nothing to look at"),
            ),
          ),
        ),
      ),
    );
  };

  return {show, show_one, row};
})();
