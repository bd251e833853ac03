// Which lines of a list are wanted. The same bar serves both lists; what was chosen is kept while the page is open.
"use strict";

kitfox.filter = (() => {
  const {h, icon} = kitfox.elements;

  /// Words may stand in any order, in any of the texts.
  const matches = (texts, query) => {
    const hay = texts.join("\n").toLowerCase();
    return query
      .toLowerCase()
      .split(/\s+/)
      .filter(Boolean)
      .every((word) => hay.includes(word));
  };

  const make = () => ({query: "", verdicts: new Set(), choices: {}});

  /// `fields`: [{name, label, values}] become menus; `counts`: how many lines each verdict has.
  const bar = (state, {placeholder, counts, fields}, on_change) => {
    const search = h("input", {
      type: "search",
      class: "search",
      placeholder,
      "aria-label": placeholder,
      value: state.query,
      spellcheck: "false",
      autocomplete: "off",
    });
    search.addEventListener("input", () => {
      state.query = search.value;
      on_change();
    });
    const chips = Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([verdict, count]) => {
        const chip = h(
          "button",
          {type: "button", class: "chip", "data-verdict": verdict, "aria-pressed": state.verdicts.has(verdict)},
          icon(verdict === "not exercised" ? null : verdict),
          verdict,
          h("span", {class: "count"}, count),
        );
        chip.addEventListener("click", () => {
          if (!state.verdicts.delete(verdict)) state.verdicts.add(verdict);
          chip.setAttribute("aria-pressed", state.verdicts.has(verdict));
          on_change();
        });
        return chip;
      });
    const menus = fields
      .filter((one) => one.values.length > 1)
      .map((one) => {
        const menu = h(
          "select",
          {"aria-label": one.label, class: "menu"},
          h("option", {value: ""}, one.label),
          one.values.map((value) => h("option", {value, selected: state.choices[one.name] === value}, value)),
        );
        menu.addEventListener("change", () => {
          state.choices[one.name] = menu.value;
          on_change();
        });
        return menu;
      });
    const clear = h("button", {type: "button", class: "quiet-button clear-filter"}, "Clear");
    clear.addEventListener("click", () => {
      Object.assign(state, make());
      search.value = "";
      chips.forEach((chip) => chip.setAttribute("aria-pressed", "false"));
      menus.forEach((menu) => {
        menu.value = "";
      });
      on_change();
    });
    return h(
      "div",
      {class: "filter-bar", role: "search"},
      h("div", {class: "search-box"}, search, h("kbd", {"aria-hidden": "true"}, "/")),
      menus,
      h("div", {class: "chips", role: "group", "aria-label": "Verdicts"}, chips),
      clear,
    );
  };

  const is_wanted = (state, verdict, values, texts) =>
    (state.verdicts.size === 0 || state.verdicts.has(verdict ?? "not exercised")) &&
    Object.entries(state.choices).every(([name, value]) => !value || values[name] === value) &&
    matches(texts, state.query);

  return {make, bar, is_wanted, matches};
})();
