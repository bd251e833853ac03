// The timeline of one case with all that a reader does to it: scale, zoom, pointing, keys; and the records behind it.
"use strict";

kitfox.timeline_view = (() => {
  const {h, s} = kitfox.elements;
  const run = kitfox.run;
  const GUTTER = 148, MARGIN = 18, WIDTH_MIN = 560, CLOSEST = 1 / 20000;
  let made = 0;

  const legend = () => {
    const sample = (name, text, ...shapes) => h("li", {class: `sample-${name}`}, s("svg", {width: 26, height: 12, viewBox: "0 0 26 12", "aria-hidden": "true"}, shapes), text);
    const bar = (name, x, width, y = 2, height = 8) => s("rect", {class: name, x, y, width, height, rx: 2});
    return h("ul", {class: "timeline-legend"},
      sample("stream", "dial, open, connected", s("g", {class: "connection stream"}, bar("dialling", 0, 7), bar("open", 7, 7), bar("connected", 14, 12))),
      sample("end", "broken end", s("path", {class: "broken-end", d: "M10 3l6 6m0 -6l-6 6"})),
      sample("wait", "wait inside what is allowed", s("g", {class: "wait wait-allowed"}, bar("envelope", 0, 25, 1, 10), s("path", {class: "waited", d: "M0 6H15"}), s("circle", {class: "retry", cx: 15, cy: 6, r: 2.6}))),
      sample("wait-late", "outside of it", s("g", {class: "wait wait-late"}, bar("envelope", 0, 14, 1, 10), s("path", {class: "waited", d: "M0 6H22"}), s("circle", {class: "retry", cx: 22, cy: 6, r: 2.6}))),
      sample("fault", "fault, and when it acted", s("g", {class: "fault"}, bar("fault-bar", 0, 26), s("path", {class: "fired", d: "M8 3v6M14 3v6"}))),
      sample("command", "command, answer", s("g", {}, s("path", {class: "delivery", d: "M1 6h9"}), s("path", {class: "delivery", d: "m7 3.5 3 2.5-3 2.5"}), s("path", {class: "answer", d: "M25 6H15"}), s("path", {class: "delivery", d: "m18 3.5-3 2.5 3 2.5"}))),
      sample("failing", "failing point", s("path", {class: "finding-flag", d: "M13 0l6 6-6 6-6-6z"})));
  };

  const left_out = (picture) => (picture.left_out.length === 0 ? null : h("p", {class: "note left-out"}, picture.findings.length > 0 ? "Left out, farthest from the failing point first: " : "Left out, the latest first: ",
    picture.left_out.map((one) => `${one.count.toLocaleString("en")} of ${one.of.toLocaleString("en")} ${one.what}`).join(", "), ". The transcript has them all."));

  const record_text = (record) => record[3] ?? null;

  const card_of = (thing, picture, by_index) => {
    const rows = thing.records.map((index) => by_index.get(index)).filter(Boolean);
    return [h("p", {class: "card-title"}, thing.title), thing.lines.length > 0 ? h("p", {class: "card-lines"}, thing.lines.join(" · ")) : null,
      rows.map((one) => h("div", {class: "card-record"}, h("p", {}, h("span", {class: "card-time"}, run.moment(one[1])), ` ${one[2]}`),
        record_text(one) ? h("pre", {}, record_text(one)) : null))];
  };

  const records_list = (picture, of_case) => {
    const failing = picture.findings.find((one) => one.first)?.at;
    const details = h("details", {class: "records"}, h("summary", {}, `${run.plural(picture.records.length, "record")} behind the picture`, of_case.records > picture.records.length ? ` (of ${of_case.records.toLocaleString("en")})` : ""));
    details.addEventListener("toggle", () => {
      if (!details.open || details.querySelector("ol")) return;
      details.append(h("ol", {class: "record-list"}, picture.records.map((one) => h("li", {class: one[0] === failing ? "record-failing" : ""},
        h("details", {}, h("summary", {}, h("span", {class: "card-time"}, run.moment(one[1])), h("span", {class: "record-number"}, `#${one[0]}`), h("span", {class: "record-line"}, one[2])),
          h("pre", {}, record_text(one) ?? "Not quoted in this page; the transcript has it."))))));
    });
    return details;
  };

  const make = (picture, of_case) => {
    const id = `timeline${++made}`;
    const by_index = new Map(picture.records.map((one) => [one[0], one]));
    const failing = picture.findings.find((one) => one.first);
    const view = {kind: kitfox.timeline_scale.best_kind(picture.records, picture.end), from: 0, until: 1, current: -1, pinned: false};
    let drawn = null, scale = null;

    const canvas = h("div", {class: "timeline-canvas", tabindex: "0", role: "group", "aria-roledescription": "timeline", "aria-label": "Timeline. Arrow keys go from one thing to the next."});
    const card = h("div", {class: "card", hidden: true});
    const spoken = h("p", {class: "offscreen", "aria-live": "polite"});
    const frame = h("div", {class: "timeline-frame"}, canvas, card, spoken);

    const redraw = () => {
      const width = Math.max(WIDTH_MIN, Math.floor(frame.clientWidth || 1000));
      const left = GUTTER, right = width - MARGIN, span = view.until - view.from;
      scale = kitfox.timeline_scale.make(picture.records, picture.end, view.kind);
      const label_room = 84;
      const layout = kitfox.timeline_layout.make(picture, scale, (label_room / (right - left)) * span);
      const x = (part) => left + ((part - view.from) / span) * (right - left);
      drawn = kitfox.timeline_drawing.draw(picture, scale, layout, {x, left, right, width, id, label_room, of_case, from: view.from, until: view.until});
      canvas.replaceChildren(drawn.svg);
      drawn.things.forEach((one, index) => {
        one.element.addEventListener("pointerenter", () => { if (!view.pinned && !drag) point_at(index, false); });
        one.element.addEventListener("pointerleave", () => { if (!view.pinned && !drag) point_at(-1, false); });
        one.element.addEventListener("click", () => { point_at(index, true); });
      });
      order = drawn.things.map((_, index) => index).sort((a, b) => drawn.things[a].x - drawn.things[b].x || a - b);
      point_at(-1, false);
    };

    let order = [];
    const point_at = (index, pinned) => {
      drawn.things[view.current]?.element.classList.remove("pointed");
      view.current = index;
      view.pinned = pinned && index >= 0;
      const thing = drawn.things[index];
      card.hidden = !thing;
      if (!thing) return;
      thing.element.classList.add("pointed");
      card.classList.toggle("card-pinned", view.pinned);
      card.replaceChildren(...card_of(thing, picture, by_index).flat().filter(Boolean));
      const box = thing.element.querySelector(".target")?.getBBox() ?? thing.element.getBBox();
      const width = canvas.clientWidth, card_width = Math.min(460, width - 20);
      card.style.width = `${card_width}px`;
      const x = Math.max(GUTTER, Math.min(width - MARGIN, thing.x));
      card.style.left = `${Math.max(8, Math.min(width - card_width - 8, x - 40))}px`;
      card.style.top = `${box.y + box.height + 8}px`;
    };

    const zoom = (factor, around = (view.from + view.until) / 2) => {
      const span = Math.min(1, Math.max(CLOSEST, (view.until - view.from) * factor));
      const part = (around - view.from) / (view.until - view.from);
      view.from = Math.min(1 - span, Math.max(0, around - part * span));
      view.until = view.from + span;
      redraw();
    };
    const show_all = () => { view.from = 0; view.until = 1; redraw(); };
    const show_failing = () => {
      if (!failing) return;
      const middle = scale.of_record(failing.at), span = Math.min(1, 0.2);
      view.from = Math.min(1 - span, Math.max(0, middle - span * 0.65));
      view.until = view.from + span;
      redraw();
      point_at(drawn.things.findIndex((one) => one.element.classList.contains("failing-mark")), true);
    };

    /// Brings what the keys reached into view.
    const reach = (index) => {
      const thing = drawn.things[index];
      if (!thing) return;
      const width = canvas.clientWidth || WIDTH_MIN;
      if (thing.x < GUTTER - 1 || thing.x > width - MARGIN + 1) {
        const span = view.until - view.from;
        const part = view.from + ((thing.x - GUTTER) / (width - MARGIN - GUTTER)) * span;
        view.from = Math.min(1 - span, Math.max(0, part - span / 2));
        view.until = view.from + span;
        redraw();
      }
      point_at(index, true);
      const now = drawn.things[index];
      spoken.textContent = [now.title, ...now.lines].join(". ");
    };
    const beside = (by) => {
      const at = order.indexOf(view.current);
      reach(order[at < 0 ? (by > 0 ? 0 : order.length - 1) : Math.min(order.length - 1, Math.max(0, at + by))]);
    };
    const across = (by) => {
      const now = drawn.things[view.current];
      if (!now) return beside(1);
      const lanes = [...new Set(drawn.things.map((one) => one.lane))].sort((a, b) => a - b);
      const lane = lanes[lanes.indexOf(now.lane) + by];
      const there = order.filter((index) => drawn.things[index].lane === lane);
      if (there.length === 0) return undefined;
      return reach(there.reduce((best, index) => (Math.abs(drawn.things[index].x - now.x) < Math.abs(drawn.things[best].x - now.x) ? index : best)));
    };

    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const actions = {ArrowRight: () => beside(1), ArrowLeft: () => beside(-1), ArrowUp: () => across(-1), ArrowDown: () => across(1), "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), "0": show_all, "f": show_failing,
        Home: () => reach(order[0]), End: () => reach(order.at(-1)), Escape: view.current >= 0 ? () => point_at(-1, false) : null};
      if (!actions[event.key]) return;
      event.preventDefault();
      event.stopPropagation();
      actions[event.key]();
    });
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const part = (event.clientX - canvas.getBoundingClientRect().left - GUTTER) / (canvas.clientWidth - MARGIN - GUTTER);
      zoom(event.deltaY > 0 ? 1.25 : 0.8, view.from + Math.min(1, Math.max(0, part)) * (view.until - view.from));
    }, {passive: false});
    let drag = null;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.target.closest(".thing") || view.until - view.from >= 1) return;
      drag = {x: event.clientX, from: view.from, span: view.until - view.from};
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!drag) return;
      const by = ((event.clientX - drag.x) / (canvas.clientWidth - MARGIN - GUTTER)) * drag.span;
      view.from = Math.min(1 - drag.span, Math.max(0, drag.from - by));
      view.until = view.from + drag.span;
      redraw();
    });
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { drag = null; });
    canvas.addEventListener("click", (event) => { if (!event.target.closest(".thing")) point_at(-1, false); });

    const button = (text, title, action) => h("button", {type: "button", class: "quiet-button", title, onclick: action}, text);
    const kinds = [["time", "Time"], ["order", "Order"]].map(([kind, text]) => {
      const one = h("button", {type: "button", class: "quiet-button", "aria-pressed": kind === view.kind, title: kind === "time" ? "Time as it passed" : "Room for every record; silence takes its logarithm"}, text);
      one.addEventListener("click", () => {
        view.kind = kind;
        kinds.forEach((each) => each.setAttribute("aria-pressed", each === one));
        show_all();
      });
      return one;
    });
    const tools = h("div", {class: "timeline-tools"}, h("div", {class: "segments", role: "group", "aria-label": "Scale"}, kinds),
      h("div", {class: "segments", role: "group", "aria-label": "Zoom"}, button("−", "Farther (-)", () => zoom(2)), button("+", "Closer (+)", () => zoom(0.5)), button("All", "All of it (0)", show_all)),
      failing ? button("Failing point", "Go to the failing point (f)", show_failing) : null, picture.late > 0 ? h("span", {class: "note"}, `The harness itself was late by up to ${run.span(picture.late)}.`) : null);

    redraw();
    let width = 0;
    new ResizeObserver(() => {
      if (frame.clientWidth === width) return;
      width = frame.clientWidth;
      redraw();
    }).observe(frame);
    return h("div", {class: "timeline-block"}, tools, frame, legend(), left_out(picture), records_list(picture, of_case));
  };

  return {make};
})();
