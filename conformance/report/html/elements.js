// Building the document. Texts are set as text, never as markup.
"use strict";
const kitfox = {};

kitfox.elements = (() => {
  const SVG = "http://www.w3.org/2000/svg";

  const fill = (element, attributes, children) => {
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value === undefined || value === null || (value === false && !name.startsWith("aria-"))) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
    }
    for (const child of children.flat(Infinity)) {
      if (child !== null && child !== undefined && child !== false) element.append(child);
    }
    return element;
  };

  const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

  /// One shape a verdict, so that none is told by its colour alone.
  const SHAPES = {
    pass: [["path", {d: "M4.5 8.3 7 10.8 11.5 5.6"}]],
    warn: [["path", {d: "M8 4.2v4.6M8 11.3v.3"}]],
    skipped: [["path", {d: "M5 8h6"}]],
    inconclusive: [["path", {d: "M6.1 6.3c.1-1.2.9-1.8 2-1.8 1.1 0 1.9.6 1.9 1.6 0 1.4-1.9 1.5-1.9 2.9M8.050 11.3v.2"}]],
    fail: [["path", {d: "m5.3 5.3 5.4 5.4M10.7 5.3l-5.4 5.4"}]],
    "harness-error": [["path", {d: "M5.5 12V4.2h5.5l-1.3 2 1.3 2H5.5"}]],
    none: [],
  };
  const icon = (verdict) => {
    const known = verdict in SHAPES ? verdict : "none";
    return s(
      "svg",
      {viewBox: "0 0 16 16", class: `verdict-icon verdict-${known}`, role: "img", "aria-label": verdict ?? "not exercised"},
      s("circle", {cx: 8, cy: 8, r: 7}),
      SHAPES[known].map(([tag, attributes]) => s(tag, attributes)),
    );
  };
  const badge = (verdict) => h("span", {class: `verdict-badge verdict-${verdict ?? "none"}`}, icon(verdict), verdict ?? "not exercised");

  const copy_button = (text) => {
    const button = h("button", {type: "button", class: "quiet-button copy-button"}, "Copy");
    button.addEventListener("click", async () => {
      let copied = true;
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        // A file has no clipboard in some browsers.
        const field = h("textarea", {class: "offscreen"});
        field.value = text;
        document.body.append(field);
        field.select();
        copied = document.execCommand("copy");
        field.remove();
      }
      button.textContent = copied ? "Copied" : "Press Ctrl+C";
      setTimeout(() => {
        button.textContent = "Copy";
      }, 1500);
    });
    return button;
  };

  return {h, s, icon, badge, copy_button};
})();
