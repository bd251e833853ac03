// One case: what was demanded, what happened, how to see it again, and the timeline.
"use strict";

kitfox.case_view = (() => {
  const {h, icon, badge, copy_button} = kitfox.elements;
  const run = kitfox.run;

  const requirement_line = (id) => {
    const one = run.by_id.get(id);
    if (!one) return h("p", {class: "normative-head"}, id ? h("b", {}, id) : "An expectation of the scenario");
    return [
      h(
        "p",
        {class: "normative-head"},
        h("a", {href: kitfox.requirement_link(id)}, id),
        one.level ? h("span", {class: `level level-${one.level.toLowerCase()}`}, one.level) : null,
        h("span", {class: "note"}, one.role ?? ""),
      ),
      h("blockquote", {class: "normative"}, one.text ?? ""),
    ];
  };

  const finding = (one, is_first) =>
    h(
      "article",
      {class: `finding finding-${one.kind}`, "data-record": one.record},
      requirement_line(one.requirement),
      h(
        "div",
        {class: "versus"},
        h("div", {class: "versus-side"}, h("h4", {}, "Expected"), h("p", {}, one.expected)),
        h(
          "div",
          {class: "versus-side versus-actual"},
          h("h4", {}, one.kind === "inconclusive" ? "Seen" : "Actual"),
          h("p", {}, one.actual),
        ),
      ),
      h(
        "p",
        {class: "note"},
        is_first ? "First seen at " : "At ",
        h("b", {}, `${(one.t / 1e9).toFixed(6)} s`),
        " on ",
        h("code", {}, one.subject || "the run"),
        `, record ${one.record}`,
      ),
    );

  const findings = (one) => {
    if (one.findings.length === 0) return null;
    const first = run.first_finding(one) ?? one.findings[0];
    const others = one.findings.filter((each) => each !== first);
    return h(
      "section",
      {class: "findings"},
      h("h3", {}, first.kind === "inconclusive" ? "What could not be judged" : "What went wrong"),
      finding(first, true),
      others.length > 0
        ? h(
            "details",
            {class: "more-findings"},
            h("summary", {}, run.plural(others.length, "more finding")),
            others.map((each) => finding(each, false)),
          )
        : null,
    );
  };

  const agreement = (one) => {
    if (!one.agreement) return null;
    const apart = one.agreement.first_difference;
    const text = {
      agree: "Both worlds tell the same story of this case.",
      excused: `Not compared with sim: ${one.agreement.reason}`,
      "not-the-same": `Sim and sockets cannot be compared: ${one.agreement.reason}`,
      differ: `Sim and sockets disagree${apart ? ` on ${apart.about}` : ""}.`,
    }[one.agreement.outcome];
    return h(
      "section",
      {class: "agreement"},
      h("h3", {}, "Agreement of the worlds"),
      h("p", {}, text),
      apart
        ? h(
            "div",
            {class: "versus"},
            h("div", {class: "versus-side"}, h("h4", {}, "sim"), h("p", {}, apart.sim || "nothing")),
            h("div", {class: "versus-side versus-actual"}, h("h4", {}, "sockets"), h("p", {}, apart.sockets || "nothing")),
          )
        : null,
    );
  };

  const reproduction = (one) =>
    one.reproduce
      ? h(
          "section",
          {class: "reproduction"},
          h("h3", {}, "Run it again"),
          h("div", {class: "command"}, h("code", {}, one.reproduce), copy_button(one.reproduce)),
        )
      : null;

  const judged = (one) => {
    if (one.requirements.length === 0) return null;
    const lines = [...one.requirements].sort((a, b) => run.rank(a.verdict) - run.rank(b.verdict) || Number(b.named) - Number(a.named));
    return h(
      "section",
      {class: "judged"},
      h("h3", {}, `${run.plural(lines.length, "requirement")} judged`),
      h(
        "ul",
        {class: "judged-list"},
        lines.map((each) =>
          h(
            "li",
            {},
            h(
              "a",
              {href: kitfox.requirement_link(each.id), title: run.by_id.get(each.id)?.text},
              icon(each.verdict),
              each.id,
              each.named ? h("span", {class: "named", title: "The scenario sets out to verify it"}, "named") : null,
            ),
          ),
        ),
      ),
    );
  };

  const timeline = (one) => {
    const section = h("section", {class: "timeline-section"}, h("h3", {}, "Timeline"));
    if (run.has_picture(one)) section.append(kitfox.timeline_view.make(run.picture(one), one));
    else
      section.append(
        h(
          "p",
          {class: "note"},
          one.verdict === "skipped"
            ? "The case was not run."
            : one.transcript
              ? "Left out of this page: its transcript was missing when the page was made, or the page would have been too large."
              : "No transcript was kept of this case.",
        ),
      );
    return section;
  };

  const facts = (one) =>
    h(
      "dl",
      {class: "facts"},
      [
        ["World", one.world],
        ["Seed", one.seed],
        ["Took", one.verdict === "skipped" ? null : run.seconds(one.seconds)],
        ["In its world", one.world === "sim" && one.verdict !== "skipped" ? run.seconds(one.world_seconds) : null],
        ["Records", one.records > 0 ? one.records.toLocaleString("en") : null],
        ["Runs", one.runs > 1 ? one.runs : null],
        ["Trace", one.trace_hash],
        ["Scenario", one.file],
        ["Transcript", one.transcript],
        ["Logs", one.logs],
      ]
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {title: value}, value))),
    );

  const parts = (one) => [
    h("header", {class: "detail-head"}, h("p", {class: "eyebrow"}, one.name), h("h2", {}, one.title || one.id), badge(one.verdict)),
    one.skipped_because ? h("p", {class: "notice"}, "Skipped: ", one.skipped_because) : null,
    one.harness_failure
      ? h("p", {class: "notice notice-bad"}, "kitfox itself went wrong, so nothing is said about the subject: ", one.harness_failure)
      : null,
    findings(one),
    agreement(one),
    timeline(one),
    reproduction(one),
    judged(one),
    facts(one),
  ];

  const show = (page, name) => {
    const one = run.by_name.get(name);
    if (!one) return void page.append(h("p", {class: "empty"}, `No case is called ${name}.`));
    const step = (by, text) => {
      const other = kitfox.cases_view.neighbour(one, by);
      return other
        ? h("a", {href: kitfox.case_link(other), rel: by < 0 ? "prev" : "next", title: other.name}, text)
        : h("span", {class: "no-way"}, text);
    };
    page.append(
      h(
        "nav",
        {class: "way-back"},
        h("a", {href: "#/cases"}, "← Cases"),
        h("span", {class: "neighbours"}, step(-1, "Previous"), step(1, "Next")),
      ),
      h("article", {class: "case"}, parts(one).filter(Boolean)),
    );
  };

  return {show, parts};
})();
