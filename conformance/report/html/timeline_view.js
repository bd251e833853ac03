// The timeline of one case with all that a reader does to it: scale, zoom, pointing, keys.
"use strict";

kitfox.timeline_view = (() => {
  const {h} = kitfox.elements;
  const run = kitfox.run;
  const GUTTER = 148,
    MARGIN = 18,
    WIDTH_MIN = 560,
    CLOSEST = 1 / 20000,
    LABEL_ROOM = 84,
    CARD_WIDTH = 460,
    FAILING_SPAN = 0.2;
  let made = 0;

  class TimelineView {
    constructor(picture, of_case) {
      Object.assign(this, {
        picture,
        of_case,
        id: `timeline${++made}`,
        from: 0,
        until: 1,
        current: -1,
        pinned: false,
        drag: null,
        things: [],
        order: [],
      });
      this.kind = kitfox.timeline_scale.best_kind(picture.records, picture.end);
      this.by_index = new Map(picture.records.map((one) => [one[0], one]));
      this.failing = picture.findings.find((one) => one.first);
      this.canvas = h("div", {
        class: "timeline-canvas",
        tabindex: "0",
        role: "group",
        "aria-roledescription": "timeline",
        "aria-label": "Timeline. Arrow keys go from one thing to the next.",
      });
      this.card = h("div", {class: "card", hidden: true});
      this.spoken = h("p", {class: "offscreen", "aria-live": "polite"});
      this.frame = h("div", {class: "timeline-frame"}, this.canvas, this.card, this.spoken);
      this.listen_to_keys();
      this.listen_to_pointer();
      this.redraw();
      new ResizeObserver(() => {
        if (this.frame.clientWidth !== this.drawn_width) this.redraw();
      }).observe(this.frame);
    }

    get span() {
      return this.until - this.from;
    }
    get plot_width() {
      return (this.canvas.clientWidth || WIDTH_MIN) - MARGIN - GUTTER;
    }

    redraw() {
      this.drawn_width = this.frame.clientWidth;
      const width = Math.max(WIDTH_MIN, Math.floor(this.drawn_width || 1000)),
        left = GUTTER,
        right = width - MARGIN;
      this.scale = kitfox.timeline_scale.make(this.picture.records, this.picture.end, this.kind);
      const layout = kitfox.timeline_layout.make(this.picture, this.scale, (LABEL_ROOM / (right - left)) * this.span);
      const x = (part) => left + ((part - this.from) / this.span) * (right - left);
      const {svg, things} = kitfox.timeline_drawing.draw(this.picture, this.scale, layout, {
        x,
        left,
        right,
        width,
        id: this.id,
        label_room: LABEL_ROOM,
        of_case: this.of_case,
        from: this.from,
        until: this.until,
      });
      this.canvas.replaceChildren(svg);
      this.things = things;
      this.order = things.map((_, index) => index).sort((a, b) => things[a].x - things[b].x || a - b);
      things.forEach((one, index) => {
        one.element.addEventListener("pointerenter", () => {
          if (!this.pinned && !this.drag) this.point_at(index, false);
        });
        one.element.addEventListener("pointerleave", () => {
          if (!this.pinned && !this.drag) this.point_at(-1, false);
        });
        one.element.addEventListener("click", () => this.point_at(index, true));
      });
      this.point_at(-1, false);
    }

    point_at(index, pinned) {
      this.things[this.current]?.element.classList.remove("pointed");
      this.current = index;
      this.pinned = pinned && index >= 0;
      const thing = this.things[index];
      this.card.hidden = !thing;
      if (!thing) return;
      thing.element.classList.add("pointed");
      this.card.classList.toggle("card-pinned", this.pinned);
      this.card.replaceChildren(...kitfox.timeline_card.contents(thing, this.by_index));
      const box = thing.element.querySelector(".target").getBBox(),
        width = this.canvas.clientWidth,
        card_width = Math.min(CARD_WIDTH, width - 20);
      const x = Math.max(GUTTER, Math.min(width - MARGIN, thing.x));
      this.card.style.width = `${card_width}px`;
      this.card.style.left = `${Math.max(8, Math.min(width - card_width - 8, x - 40))}px`;
      this.card.style.top = `${box.y + box.height + 8}px`;
    }

    /// Shows a part of the whole, as near as it can be to the wanted beginning.
    show(from, span) {
      this.from = Math.min(1 - span, Math.max(0, from));
      this.until = this.from + span;
      this.redraw();
    }
    show_all() {
      this.show(0, 1);
    }
    zoom(factor, around = (this.from + this.until) / 2) {
      const span = Math.min(1, Math.max(CLOSEST, this.span * factor));
      this.show(around - ((around - this.from) / this.span) * span, span);
    }
    show_failing() {
      if (!this.failing) return;
      this.show(this.scale.of_record(this.failing.at) - FAILING_SPAN * 0.65, FAILING_SPAN);
      this.point_at(
        this.things.findIndex((one) => one.element.classList.contains("failing-mark")),
        true,
      );
    }

    /// Goes to a thing by its number, and brings it into view.
    reach(index) {
      const thing = this.things[index];
      if (!thing) return;
      if (thing.x < GUTTER - 1 || thing.x > GUTTER + this.plot_width + 1)
        this.show(this.from + ((thing.x - GUTTER) / this.plot_width - 0.5) * this.span, this.span);
      this.point_at(index, true);
      this.spoken.textContent = [this.things[index].title, ...this.things[index].lines].join(". ");
    }
    beside(by) {
      const at = this.order.indexOf(this.current);
      this.reach(this.order[at < 0 ? (by > 0 ? 0 : this.order.length - 1) : Math.min(this.order.length - 1, Math.max(0, at + by))]);
    }
    across(by) {
      const now = this.things[this.current];
      if (!now) return void this.beside(1);
      const lanes = [...new Set(this.things.map((one) => one.lane))].sort((a, b) => a - b);
      const there = this.order.filter((index) => this.things[index].lane === lanes[lanes.indexOf(now.lane) + by]);
      const apart = (index) => Math.abs(this.things[index].x - now.x);
      if (there.length > 0) this.reach(there.reduce((best, index) => (apart(index) < apart(best) ? index : best)));
    }

    listen_to_keys() {
      const actions = {
        ArrowRight: () => this.beside(1),
        ArrowLeft: () => this.beside(-1),
        ArrowUp: () => this.across(-1),
        ArrowDown: () => this.across(1),
        Home: () => this.reach(this.order[0]),
        End: () => this.reach(this.order.at(-1)),
        "+": () => this.zoom(0.5),
        "=": () => this.zoom(0.5),
        "-": () => this.zoom(2),
        0: () => this.show_all(),
        f: () => this.show_failing(),
      };
      this.canvas.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const action = event.key === "Escape" && this.current >= 0 ? () => this.point_at(-1, false) : actions[event.key];
        if (!action) return;
        event.preventDefault();
        event.stopPropagation();
        action();
      });
    }

    listen_to_pointer() {
      const {canvas} = this;
      canvas.addEventListener(
        "wheel",
        (event) => {
          if (!event.ctrlKey && !event.metaKey) return;
          event.preventDefault();
          const part = (event.clientX - canvas.getBoundingClientRect().left - GUTTER) / this.plot_width;
          this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.from + Math.min(1, Math.max(0, part)) * this.span);
        },
        {passive: false},
      );
      canvas.addEventListener("pointerdown", (event) => {
        if (event.button !== 0 || event.target.closest(".thing") || this.span >= 1) return;
        this.drag = {x: event.clientX, from: this.from};
        canvas.setPointerCapture(event.pointerId);
      });
      canvas.addEventListener("pointermove", (event) => {
        if (this.drag) this.show(this.drag.from - ((event.clientX - this.drag.x) / this.plot_width) * this.span, this.span);
      });
      for (const name of ["pointerup", "pointercancel"])
        canvas.addEventListener(name, () => {
          this.drag = null;
        });
      canvas.addEventListener("click", (event) => {
        if (!event.target.closest(".thing")) this.point_at(-1, false);
      });
    }

    scale_buttons() {
      const all = [
        ["time", "Time", "Time as it passed"],
        ["order", "Order", "Room for every record; silence takes its logarithm"],
      ].map(([kind, text, title]) => {
        const one = h("button", {type: "button", class: "quiet-button", "aria-pressed": kind === this.kind, title}, text);
        one.addEventListener("click", () => {
          this.kind = kind;
          all.forEach((each) => each.setAttribute("aria-pressed", each === one));
          this.show_all();
        });
        return one;
      });
      return h("div", {class: "segments", role: "group", "aria-label": "Scale"}, all);
    }

    tools() {
      const button = (text, title, onclick) => h("button", {type: "button", class: "quiet-button", title, onclick}, text);
      return h(
        "div",
        {class: "timeline-tools"},
        this.scale_buttons(),
        h(
          "div",
          {class: "segments", role: "group", "aria-label": "Zoom"},
          button("−", "Farther (-)", () => this.zoom(2)),
          button("+", "Closer (+)", () => this.zoom(0.5)),
          button("All", "All of it (0)", () => this.show_all()),
        ),
        this.failing ? button("Failing point", "Go to the failing point (f)", () => this.show_failing()) : null,
        this.picture.late > 0 ? h("span", {class: "note"}, `The harness itself was late by up to ${run.span(this.picture.late)}.`) : null,
      );
    }
  }

  const make = (picture, of_case) => {
    const view = new TimelineView(picture, of_case);
    return h(
      "div",
      {class: "timeline-block"},
      view.tools(),
      view.frame,
      kitfox.timeline_card.legend(),
      kitfox.timeline_card.left_out(picture),
      kitfox.timeline_card.records(picture, of_case),
    );
  };

  return {make};
})();
