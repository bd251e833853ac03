// Which page is shown, the keys that work everywhere, and what is printed.
"use strict";

(() => {
  const {h} = kitfox.elements;
  const run = kitfox.run;
  const page = document.getElementById("page");
  const keys = document.getElementById("keys");
  const PRINTED_MAX = 20;

  const tabs = (current) =>
    h(
      "nav",
      {class: "tabs", "aria-label": "Views"},
      [
        ["requirements", "Requirements", run.requirements.length],
        ["cases", "Cases", run.cases.length],
      ].map(([name, label, count]) =>
        h("a", {href: `#/${name}`, "aria-current": name === current ? "page" : undefined}, label, h("span", {class: "count"}, count)),
      ),
    );

  let drawn = null;
  const show = () => {
    const hash = location.hash.startsWith("#/") ? location.hash : "#/requirements";
    if (hash === drawn) return;
    const was = drawn;
    drawn = hash;
    const [, kind, rest] = hash.match(/^#\/([a-z]+)(?:\/(.*))?$/) ?? [];
    let name = "";
    try {
      name = decodeURIComponent(rest ?? "");
    } catch {
      /* a broken link names nothing */
    }
    const is_list = kind !== "case" && kind !== "requirement";
    document.body.classList.toggle("in-detail", !is_list);
    page.replaceChildren();
    if (kind === "case") kitfox.case_view.show(page, name);
    else if (kind === "requirement") kitfox.requirements_view.show_one(page, name);
    else if (kind === "cases") {
      page.append(tabs("cases"));
      kitfox.cases_view.show(page);
    } else {
      page.append(tabs("requirements"));
      kitfox.requirements_view.show(page);
    }
    // Who comes back from a detail goes on where they were.
    const left = is_list && was !== null ? [...page.querySelectorAll(".line-link")].find((one) => one.getAttribute("href") === was) : null;
    if (left) {
      left.closest(".line").scrollIntoView({block: "center"});
      left.focus({preventScroll: true});
      return;
    }
    if (was !== null) (is_list ? page : document.getElementById("main")).scrollIntoView({block: "start"});
    if (was !== null && !is_list) document.getElementById("main").focus({preventScroll: true});
  };

  const lines = () => [...page.querySelectorAll(".line-link")].filter((one) => one.offsetParent !== null);
  const move = (by) => {
    const all = lines();
    const at = all.indexOf(document.activeElement);
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
    next?.focus();
    next?.closest(".line")?.scrollIntoView({block: "nearest"});
  };
  const go = (link) => {
    if (link) location.hash = link.getAttribute("href");
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "Escape") {
      if (typing) event.target.blur();
      else go(page.querySelector(".way-back a"));
      return;
    }
    if (typing || event.defaultPrevented) return;
    const actions = {
      "/": () => page.querySelector(".search")?.focus(),
      j: () => move(1),
      k: () => move(-1),
      t: () => kitfox.theme.toggle(),
      "?": () => keys.showModal(),
      n: () => go(page.querySelector("a[rel=next]")),
      p: () => go(page.querySelector("a[rel=prev]")),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  });
  document.getElementById("show-keys").addEventListener("click", () => keys.showModal());
  page.addEventListener("click", (event) => {
    const line = event.target.closest(".line");
    if (line && !event.target.closest("a, button") && !getSelection().toString()) location.hash = line.dataset.href;
  });
  document.querySelector(".skip-link").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  });

  // From a list, the cases that did not pass are printed with it: nobody can open them on paper.
  addEventListener("beforeprint", () => {
    const print = document.getElementById("print");
    const bad = document.body.classList.contains("in-detail")
      ? []
      : run.cases.filter((one) => !run.is_quiet(one)).sort((a, b) => run.rank(a.verdict) - run.rank(b.verdict));
    print.replaceChildren(
      ...bad.slice(0, PRINTED_MAX).map((one) => h("article", {class: "case printed-case"}, kitfox.case_view.parts(one).filter(Boolean))),
      ...(bad.length > PRINTED_MAX
        ? [h("p", {class: "note"}, `${bad.length - PRINTED_MAX} more cases did not pass and are not printed.`)]
        : []),
    );
  });
  addEventListener("afterprint", () => document.getElementById("print").replaceChildren());

  addEventListener("hashchange", show);
  kitfox.summary.show();
  show();
})();
