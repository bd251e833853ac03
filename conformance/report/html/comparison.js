// What changed from one run to another: the worst first, what stayed the same only on demand.
"use strict";

(() => {
  const {h, icon} = kitfox.elements;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const found = read("comparison");
  const sides = read("sides");
  const KINDS = ["newly failing", "lost", "still failing", "fixed", "added", "shifted", "same"];
  const MEANINGS = {
    "newly failing": "passed before",
    lost: "had been executed, and is skipped or missing now",
    "still failing": "failed before as well",
    fixed: "failed before",
    added: "was skipped or missing before",
    shifted: "from pass to warn, or back",
    same: "the same verdict in both runs",
  };
  /// How a kind looks: like the verdict that it resembles.
  const LOOKS = {"newly failing": "fail", lost: "inconclusive", "still failing": "warn", fixed: "pass", added: "skipped", shifted: "skipped", same: "none"};
  const HEADLINES = {
    0: ["pass", "Nothing fails that had passed"],
    1: ["fail", "Something that had passed fails"],
    3: ["inconclusive", "Nothing fails newly, but something that was known is not known any more"],
    4: ["none", "No case was executed in both runs"],
  };
  const state = {query: "", kinds: new Set()};
  const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
  const of_kind = (lines, kind) => lines.filter((one) => one.change === kind);

  const side = (name, of) =>
    h(
      "div",
      {class: "comparison-side"},
      h("h2", {}, name, " ", h("span", {class: "note"}, of.name)),
      h(
        "dl",
        {class: "facts"},
        of.made_of.map(([what, value]) => h("div", {}, h("dt", {}, what), h("dd", {title: value}, value))),
      ),
    );

  const summary = () => {
    const [verdict, text] = HEADLINES[found.status] ?? HEADLINES[4];
    document.title = `${text} · kitfox`;
    const bar = h("div", {class: "proportions", role: "img", "aria-label": KINDS.map((one) => `${found.counts[one]} ${one}`).join(", ")});
    for (const kind of KINDS)
      if (found.counts[kind] > 0) bar.append(h("span", {class: `verdict-${LOOKS[kind]}`, style: `flex-grow: ${found.counts[kind]}`}));
    document.getElementById("summary").replaceChildren(
      h("div", {class: "headline"}, h("h1", {class: `verdict-${verdict}`}, icon(verdict === "none" ? null : verdict), text)),
      bar,
      h(
        "ul",
        {class: "legend"},
        KINDS.filter((one) => found.counts[one] > 0).map((one) =>
          h("li", {}, icon(LOOKS[one]), h("b", {}, found.counts[one].toLocaleString("en")), ` ${one}`),
        ),
      ),
      h("div", {class: "comparison-sides"}, side("Before", sides.before), side("After", sides.after)),
    );
  };

  const verdict = (of) => h("span", {class: "comparison-verdict"}, icon(of), of ?? "not there");
  const row = (one) =>
    h(
      "tr",
      {class: "line comparison-line", tabindex: "0"},
      h("td", {class: "cell-icon"}, icon(LOOKS[one.change])),
      h("th", {scope: "row"}, h("span", {class: "comparison-name"}, one.name), one.level ? h("span", {class: "level"}, one.level) : null),
      h("td", {class: "cell-verdicts"}, verdict(one.before), h("span", {"aria-label": "became"}, " → "), verdict(one.after)),
      h("td", {class: "cell-text"}, one.because ?? one.text ?? ""),
    );

  const table = (title, kind, lines) => {
    const wanted = of_kind(lines, kind).filter((one) => {
      const hay = [one.name, one.because ?? "", one.text ?? ""].join(" ").toLowerCase();
      return state.query
        .toLowerCase()
        .split(/\s+/)
        .every((word) => hay.includes(word));
    });
    if (wanted.length === 0) return null;
    return [h("h3", {}, `${title} `, h("span", {class: "count"}, wanted.length)), h("table", {class: "lines"}, h("tbody", {}, wanted.map(row)))];
  };

  const shown_kinds = () => KINDS.filter((one) => (state.kinds.size > 0 ? state.kinds.has(one) : one !== "same"));
  const update = (body, note) => {
    const sections = shown_kinds()
      .map((kind) => [kind, [table("Cases", kind, found.cases), table("Requirements", kind, found.requirements)].filter(Boolean)])
      .filter(([, parts]) => parts.length > 0)
      .map(([kind, parts]) =>
        h(
          "section",
          {class: "area", "data-change": kind},
          h("h2", {}, h("span", {class: "area-name"}, kind), h("span", {class: "area-note"}, MEANINGS[kind])),
          parts.flat(),
        ),
      );
    const same = found.counts.same;
    note.textContent = `${plural(found.cases.length, "case")}, ${plural(found.requirements.length, "requirement")}; ${plural(same, "case")} stayed the same`;
    body.replaceChildren(...(sections.length > 0 ? sections : [h("p", {class: "empty"}, "Nothing fits, or nothing changed.")]));
  };

  const show = () => {
    const body = h("div");
    const note = h("p", {class: "note list-note", role: "status"});
    const search = h("input", {type: "search", class: "search", placeholder: "Search changes", "aria-label": "Search changes", spellcheck: "false"});
    search.addEventListener("input", () => {
      state.query = search.value;
      update(body, note);
    });
    const chips = KINDS.filter((kind) => of_kind(found.cases, kind).length + of_kind(found.requirements, kind).length > 0).map((kind) => {
      const count = of_kind(found.cases, kind).length + of_kind(found.requirements, kind).length;
      const chip = h(
        "button",
        {type: "button", class: "chip", "data-change": kind, "aria-pressed": "false"},
        icon(LOOKS[kind]),
        kind,
        h("span", {class: "count"}, count),
      );
      chip.addEventListener("click", () => {
        if (!state.kinds.delete(kind)) state.kinds.add(kind);
        chip.setAttribute("aria-pressed", state.kinds.has(kind));
        update(body, note);
      });
      return chip;
    });
    document
      .getElementById("page")
      .append(
        h(
          "div",
          {class: "filter-bar", role: "search"},
          h("div", {class: "search-box"}, search, h("kbd", {"aria-hidden": "true"}, "/")),
          h("div", {class: "chips", role: "group", "aria-label": "Kinds of change"}, chips),
        ),
        note,
        body,
      );
    update(body, note);
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const typing = event.target.matches("input");
      if (event.key === "Escape" && typing) event.target.blur();
      if (typing) return;
      const lines = [...body.querySelectorAll(".comparison-line")];
      const move = (by) => lines[Math.min(lines.length - 1, Math.max(0, lines.indexOf(document.activeElement) + by))]?.focus();
      const actions = {"/": () => search.focus(), t: () => kitfox.theme.toggle(), j: () => move(1), k: () => move(-1)};
      if (!actions[event.key]) return;
      event.preventDefault();
      actions[event.key]();
    });
  };

  summary();
  show();
  document.getElementById("colophon").textContent = "Made by kitfox compare from the results of both runs. This file needs no network.";
})();
