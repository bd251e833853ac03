// Draws a laid-out timeline as SVG: lanes, axis, and in order from the ground up whatever lies on them.
"use strict";

kitfox.timeline_drawing = (() => {
  const {s} = kitfox.elements;
  const run = kitfox.run;
  const shapes = kitfox.timeline_shapes;
  const LETTER = 6.4,
    NAME_MAX = 20,
    TICK_ROOM = 74;

  /// What things are drawn on. `at`: {x: part of the whole -> pixels, left, right, width, id, label_room, of_case, from, until}.
  const make_ground = (picture, scale, layout, at) => {
    const things = [];
    const clip = (x) => Math.max(at.left - 20, Math.min(at.right + 20, x));
    return {
      things,
      layout,
      id: at.id,
      label_room: at.label_room,
      of_case: at.of_case,
      end: clip(at.x(1)),
      x: (record) => clip(at.x(scale.of_record(record))),
      time_of: scale.time_of,
      x_at: (time) => clip(at.x(scale.of_time(time))),
      middle: (index) => layout.lanes[index].top + layout.lanes[index].height / 2,
      between: (from, until) =>
        run.span((until === null || until === undefined ? picture.end : scale.time_of(until)) - scale.time_of(from)),
      /// Makes an element one that can be pointed at. `about`: {title, lines, records, x, lane}.
      thing(element, about) {
        element.classList.add("thing");
        element.setAttribute("id", `${at.id}-${things.length}`);
        element.setAttribute("role", "img");
        element.setAttribute("aria-label", [about.title, ...about.lines].join(". "));
        things.push({element, ...about});
        return element;
      },
      /// A label where there is room for it; else none.
      label(text, beginning, y, whole_room, name, crowded) {
        const x = Math.max(beginning, at.left + 3);
        const letters = Math.floor(Math.min(whole_room - (x - beginning), at.right + 8 - x) / LETTER);
        if (letters < 3 || crowded) return null;
        return s("text", {x, y, class: name}, text.length <= letters ? text : `${text.slice(0, letters - 1)}…`);
      },
    };
  };

  const lane_ground = (lane, width) => {
    const name = lane.kind === "kubernetes" ? lane.name.replace("/kubernetes", "") : lane.name;
    const kind = {kubernetes: "API server", agent: "agent"}[lane.kind];
    return s(
      "g",
      {class: `lane lane-${lane.kind}`},
      s("rect", {class: "lane-ground", x: 0, y: lane.top, width, height: lane.height}),
      s(
        "text",
        {class: "lane-name", x: 14, y: lane.top + (kind ? 18 : lane.height / 2 + 4)},
        name.length > NAME_MAX ? `${name.slice(0, NAME_MAX - 1)}…` : name,
        s("title", {}, lane.name),
      ),
      kind ? s("text", {class: "lane-kind", x: 14, y: lane.top + 31}, kind) : null,
    );
  };

  const tick = (layout, x, text, anchor) =>
    s(
      "g",
      {class: "tick"},
      s("path", {d: `M${x} ${layout.axis - 18}V${layout.height - 4}`}),
      s("text", {x, y: 13, "text-anchor": anchor}, text),
    );

  const time_axis = (picture, scale, layout, at) =>
    kitfox.timeline_scale
      .round_ticks(at.from * picture.end, at.until * picture.end, Math.max(2, at.width / 130))
      .map((time) => tick(layout, at.x(scale.of_time(time)), run.span(time), "middle"));

  /// In this scale a tick is a moment at which something happened, wherever there is room for its text.
  const order_axis = (scale, layout, at) => {
    const out = [];
    let free = at.left - 1,
      before = null;
    scale.times.forEach((time, i) => {
      const x = at.x(scale.places[i]);
      if ((i > 0 && time === scale.times[i - 1]) || x < free || x > at.right - 10) return;
      const text = run.span(time),
        same = before !== null && run.span(before) === text;
      out.push(tick(layout, x, same ? `+${run.span(time - before)}` : text, x < at.left + 20 ? "start" : "middle"));
      free = x + TICK_ROOM;
      before = time;
    });
    return out;
  };

  const definitions = (layout, at) => {
    const head = (name) =>
      s(
        "marker",
        {
          id: `${at.id}-head-${name}`,
          class: `head head-${name}`,
          viewBox: "0 0 6 6",
          refX: 5.2,
          refY: 3,
          markerWidth: 6,
          markerHeight: 6,
          orient: "auto",
        },
        s("path", {d: "M0 .5 5.5 3 0 5.5z"}),
      );
    return s(
      "defs",
      {},
      ["delivery", "answer", "request", "reply"].map(head),
      s("clipPath", {id: `${at.id}-plot`}, s("rect", {x: at.left - 8, y: 0, width: at.right - at.left + 16, height: layout.height})),
    );
  };

  /// Returns {svg, things}; a thing is {element, title, lines, records, x, lane}.
  const draw = (picture, scale, layout, at) => {
    const on = make_ground(picture, scale, layout, at);
    const in_lanes = (member, shape) => layout.lanes.flatMap((lane) => (lane[member] ?? []).map((one) => shape(on, lane, one)));
    const has_life = (lane) => lane.kind !== "network" && lane.kind !== "callers";
    const plot = s(
      "g",
      {"clip-path": `url(#${at.id}-plot)`},
      layout.lanes.flatMap((lane) => (lane.faults ?? []).map((one) => shapes.fault_shade(on, one))),
      scale.kind === "time" ? time_axis(picture, scale, layout, at) : order_axis(scale, layout, at),
      layout.lanes.filter(has_life).flatMap((lane) => lane.lives.map((one) => shapes.life(on, lane, one))),
      layout.steps.map((one) => shapes.step(on, one)),
      in_lanes("calls", shapes.call),
      in_lanes("faults", shapes.fault),
      in_lanes("bars", shapes.connection),
      in_lanes("waits", shapes.wait),
      picture.exchanges.map((one) => shapes.exchange(on, one)),
      picture.commands.map((one) => shapes.command(on, one)),
      picture.signals.map((one) => shapes.signal(on, one)),
      // The first lies on top of the others.
      [...picture.findings].sort((a, b) => a.first - b.first).map((one) => shapes.finding(on, one)),
    );
    const svg = s(
      "svg",
      {
        class: "timeline",
        width: at.width,
        height: layout.height,
        viewBox: `0 0 ${at.width} ${layout.height}`,
        role: "group",
        "aria-label": "Timeline",
      },
      definitions(layout, at),
      layout.lanes.map((lane) => lane_ground(lane, at.width)),
      plot,
    );
    return {svg, things: on.things};
  };

  return {draw};
})();
