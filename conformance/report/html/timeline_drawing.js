// Draws a laid-out timeline as SVG and says of each thing what a reader may ask of it. Changes nothing after that.
"use strict";

kitfox.timeline_drawing = (() => {
  const {s} = kitfox.elements;
  const run = kitfox.run;
  const LETTER = 6.4;

  /// `at`: {x: part of the whole -> pixels, left, right, width}. Returns {svg, things}; a thing is
  /// {element, title, lines, records, x, lane}.
  const draw = (picture, scale, layout, at) => {
    const things = [];
    const x_of = (record) => at.x(scale.of_record(record));
    const x_at = (time) => at.x(scale.of_time(time));
    const end_x = at.x(1);
    const clip = (x) => Math.max(at.left - 20, Math.min(at.right + 20, x));
    const records = (...all) => all.filter((one) => one !== null && one !== undefined);
    const between = (from, until) => run.span((until === null || until === undefined ? picture.end : scale.time_of(until)) - scale.time_of(from));

    const thing = (element, title, lines, of_records, x, lane) => {
      element.classList.add("thing");
      element.setAttribute("id", `${at.id}-${things.length}`);
      element.setAttribute("role", "img");
      element.setAttribute("aria-label", [title, ...lines].join(". "));
      things.push({element, title, lines, records: of_records, x, lane});
      return element;
    };
    /// A label where there is room for it; else none.
    const label = (text, beginning, y, whole_room, name, crowded) => {
      const x = Math.max(beginning, at.left + 3), room = whole_room - (x - beginning);
      const letters = Math.floor(Math.min(room, at.right + 8 - x) / LETTER);
      if (letters < 3 || crowded) return null;
      return s("text", {x, y, class: name}, text.length <= letters ? text : `${text.slice(0, letters - 1)}…`);
    };
    const lane_middle = (index) => layout.lanes[index].top + layout.lanes[index].height / 2;
    const edge = (from, to) => (layout.lanes[to].top > layout.lanes[from].top ? layout.lanes[from].top + layout.lanes[from].height : layout.lanes[from].top);

    const lanes = () => layout.lanes.map((lane) => {
      const far = lane.kind === "network";
      const name = lane.kind === "kubernetes" ? lane.name.replace("/kubernetes", "") : lane.name;
      const kind = {kubernetes: "API server", agent: "agent", callers: "", gateway: "", network: ""}[lane.kind];
      return s("g", {class: `lane lane-${lane.kind}`},
        s("rect", {class: "lane-ground", x: 0, y: lane.top, width: at.width, height: lane.height}),
        s("text", {class: "lane-name", x: 14, y: lane.top + (kind ? 18 : lane.height / 2 + 4)}, name.length > 20 ? `${name.slice(0, 19)}…` : name, s("title", {}, lane.name)),
        kind ? s("text", {class: "lane-kind", x: 14, y: lane.top + 31}, kind) : null,
        far || lane.kind === "callers" ? null : lane.lives.map((each) => life(lane, each)));
    });

    const life = (lane, {item}) => {
      const from = clip(x_of(item.from)), until = clip(item.until === null ? end_x : x_of(item.until));
      const y = lane.kind === "agent" ? lane.top + 5 : lane_middle(lane.index);
      const mark = item.until === null ? null : s("path", {class: "life-end", d: `M${until} ${y - 4}v8`});
      return thing(s("g", {class: `life ${item.good || item.until === null ? "" : "life-bad"}`}, s("path", {class: "life-line", d: `M${from} ${y}H${Math.max(until, from + 1)}`}), mark, s("rect", {class: "target", x: from, y: y - 4, width: Math.max(4, until - from), height: 8})),
        `${lane.name} ${item.until === null ? "runs to the end" : `ends: ${item.how}`}`, [`for ${between(item.from, item.until)}`], records(item.from, item.until), from, lane.index);
    };

    const connection = (lane, {item, row}) => {
      const y = lane.top + layout.PAD + 4 + row * layout.ROW.connection, height = item.stream ? 9 : 5, top = y + (item.stream ? 0 : 2);
      const from = clip(x_of(item.from)), until = clip(item.until === null ? end_x : x_of(item.until));
      const open = item.open === null ? until : clip(x_of(item.open)), connected = item.connected === null ? until : clip(x_of(item.connected));
      const failed = item.open === null || /rst|refuse|hang|unreachable|given_up|TLS/.test(item.how);
      const part = (name, a, b) => (b - a > 0.3 ? s("rect", {class: name, x: a, y: top, width: b - a, height, rx: Math.min(2, (b - a) / 2)}) : null);
      const body = s("g", {class: `connection ${item.stream ? "stream" : ""} ${failed ? "connection-failed" : ""}`},
        part("dialling", from, Math.min(open, until)), part("open", Math.min(open, until), Math.min(connected, until)), part("connected", Math.min(connected, until), until),
        s("rect", {class: "point", x: from - 0.75, y: top, width: 1.5, height}),
        item.until === null ? null : failed
          ? s("path", {class: "broken-end", d: `M${until - 2.5} ${top + height / 2 - 2.5}l5 5m0 -5l-5 5`})
          : s("path", {class: "orderly-end", d: `M${until} ${top - 1}v${height + 2}`}),
        s("rect", {class: "target", x: from - 3, y: y - 1, width: Math.max(6, until - from + 6), height: 11}));
      const to = item.to === undefined ? "" : ` to ${layout.lanes[item.to].name}`;
      return thing(body, `${item.stream ? "Stream" : "Connection"} #${item.id}${to}`,
        [`${item.until === null ? "open to the end" : `ended by ${item.how}`} after ${between(item.from, item.until)}`, item.status > 0 ? `first answer ${item.status}` : item.open === null ? "never open" : "no answer",
          item.stream && item.connected !== null ? `connected ${run.span(scale.time_of(item.connected) - scale.time_of(item.from))} after the dial` : null].filter(Boolean),
        records(item.from, item.open, item.connected, item.until), from, lane.index);
    };

    const wait = (lane, {item, row, crowded}) => {
      const y = lane.top + lane.waits_top + 5 + row * layout.ROW.wait;
      const from = clip(x_at(item.from)), until = clip(item.until === null ? x_at(item.from + item.delay) : x_of(item.until));
      const floor = clip(x_at(item.from + item.floor)), ceiling = item.ceiling === undefined ? null : clip(x_at(item.from + item.ceiling));
      const allowed = item.ceiling === undefined ? "no envelope holds after a refused key" : `allowed ${run.span(item.floor)} to ${run.span(item.ceiling)}`;
      const body = s("g", {class: `wait wait-${item.is}`},
        !crowded && item.floor > 0 && floor - from > 0.5 ? s("rect", {class: "too-early", x: from, y: y - 5, width: floor - from, height: 10}) : null,
        ceiling === null || crowded ? null : s("rect", {class: "envelope", x: floor, y: y - 5, width: Math.max(0.5, ceiling - floor), height: 10, rx: 2}),
        s("path", {class: "waited", d: `M${from} ${y}H${until}`}), s("circle", {class: "retry", cx: until, cy: y, r: 2.6}),
        s("rect", {class: "target", x: from - 2, y: y - 6, width: Math.max(6, until - from + 4), height: 12}));
      return thing(body, `Waited ${run.span(item.delay)} before retry ${item.retry}${item.is === "allowed" ? "" : `: too ${item.is}`}`,
        [allowed, item.floor > 0 ? `the gateway asked for at least ${run.span(item.floor)}` : null, item.after_session ? "after a session" : null].filter(Boolean), records(item.until), from, lane.index);
    };

    const fault = (lane, each) => {
      const {item} = each;
      const from = clip(x_of(item.from)), until = clip(x_of(item.until)), y = lane.top + layout.PAD + each.row * layout.ROW.fault;
      const width = Math.max(3, until - from), name = item.name.replace(/#\d+$/, "");
      const body = s("g", {class: "fault"},
        s("rect", {class: "fault-bar", x: from, y, width, height: 13, rx: 2}),
        item.fired.map((one) => s("path", {class: "fired", d: `M${clip(x_of(one))} ${y + 1}v11`})),
        label(name, from + 5, y + 10, Math.max(width, at.label_room) - 8, "fault-name", each.crowded),
        s("rect", {class: "target", x: from - 2, y, width: Math.max(8, width + 4), height: 13}));
      return thing(body, `Fault ${item.name}`, [item.link ? `on ${item.link}` : null, `did something ${run.plural(item.count, "time")}`, until > from ? `for ${between(item.from, item.until)}` : null].filter(Boolean),
        records(item.from, ...item.fired.slice(0, 3), item.until), from, lane.index);
    };
    const fault_shade = ({item}) => {
      const from = clip(x_of(item.from)), until = clip(x_of(item.until));
      const top = layout.lanes[0].top, height = layout.height - 4 - top;
      return until - from > 2 ? s("rect", {class: "fault-shade", x: from, y: top, width: until - from, height}) : s("path", {class: "fault-instant", d: `M${from} ${top}v${height}`});
    };

    const call = (lane, {item, row, crowded}) => {
      const from = clip(x_of(item.from)), until = clip(item.until === null ? end_x : x_of(item.until)), y = lane.top + layout.PAD + row * layout.ROW.call;
      return thing(s("g", {class: `call ${item.good ? "" : "call-refused"}`},
        s("rect", {class: "call-bar", x: from, y, width: Math.max(3, until - from), height: 11, rx: 2}), label(item.name, from + 5, y + 9, Math.max(until - from, at.label_room) - 8, "call-name", crowded),
        s("rect", {class: "target", x: from - 2, y: y - 1, width: Math.max(8, until - from + 4), height: 13})),
      `Call ${item.name}`, [item.until === null ? "never answered" : `answered ${item.outcome} after ${between(item.from, item.until)}`], records(item.from, item.until), from, lane.index);
    };

    const step = ({item, row, crowded}) => {
      const from = clip(x_of(item.from)), until = clip(item.until === null ? end_x : x_of(item.until)), y = layout.steps_top + row * layout.ROW.step;
      return thing(s("g", {class: `step ${item.good ? "" : "step-failed"}`},
        s("rect", {class: "step-bar", x: from, y, width: Math.max(2, until - from), height: 12, rx: 2}), label(item.name, from + 4, y + 9.5, Math.max(until - from, at.label_room * 0.6) - 6, "step-name", crowded),
        s("rect", {class: "target", x: from - 2, y, width: Math.max(8, until - from + 4), height: 13})),
      `Step ${item.name}`, [item.until === null ? "not over at the end" : `took ${between(item.from, item.until)}`, item.why || null].filter(Boolean), records(item.from, item.until), from, -1);
    };

    const arrow = (name, from_record, from_y, to_record, to_y) => {
      const x1 = clip(x_of(from_record)), x2 = clip(x_of(to_record));
      return s("path", {class: name, d: `M${x1} ${from_y}L${x2} ${to_y}`, "marker-end": `url(#${at.id}-head-${name})`});
    };
    const lost = (record, y) => s("path", {class: "broken-end", d: `M${clip(x_of(record)) - 3} ${y - 3}l6 6m0 -6l-6 6`});

    const command = (item) => {
      const gateway = layout.lanes.find((one) => one.kind === "gateway")?.index;
      if (gateway === undefined) return null;
      const from_y = lane_middle(gateway), to_y = layout.lanes[item.lane].top + layout.PAD + 4, net = layout.lanes.find((one) => one.kind === "network");
      const sent = clip(x_of(item.sent));
      return thing(s("g", {class: "command"},
        s("circle", {class: "command-start", cx: sent, cy: from_y, r: 2.2}),
        item.delivered !== null ? arrow("delivery", item.sent, from_y, item.delivered, to_y) : [s("path", {class: "delivery", d: `M${sent} ${from_y}V${net.top + net.height / 2}`}), lost(item.sent, net.top + net.height / 2)],
        item.answered !== null && item.arrived !== null ? arrow("answer", item.answered, to_y, item.arrived, from_y + 3) : null,
        s("rect", {class: "target", x: sent - 4, y: from_y - 5, width: 8, height: Math.abs(to_y - from_y) + 5})),
      `Command ${item.name}`, [`id ${item.id}`, item.delivered === null ? "never delivered" : `delivered after ${between(item.sent, item.delivered)}`,
        item.answered === null ? "never answered" : item.arrived === null ? "its answer never arrived" : `answered ${item.status || ""} after ${between(item.sent, item.arrived)}`], records(item.sent, item.delivered, item.answered, item.arrived), sent, item.lane);
    };

    const exchange = (item) => {
      if (item.to === undefined) return null;
      const first = item.sent ?? item.arrived, last = item.received ?? item.answered;
      const from_y = edge(item.lane, item.to) - (layout.lanes[item.to].top > layout.lanes[item.lane].top ? 6 : -6), to_y = lane_middle(item.to), x = clip(x_of(first));
      return thing(s("g", {class: `exchange ${item.status >= 400 ? "exchange-refused" : ""} ${Math.abs(item.to - item.lane) > 1 ? "exchange-far" : ""}`},
        item.arrived !== null ? arrow("request", first, from_y, item.arrived, to_y) : lost(first, (from_y + to_y) / 2),
        item.answered !== null && last !== null ? arrow("reply", item.answered, to_y, last, from_y) : null,
        s("rect", {class: "target", x: x - 3, y: Math.min(from_y, to_y), width: 6, height: Math.abs(to_y - from_y)})),
      item.name, [item.status > 0 ? `answered ${item.status} after ${between(first, last ?? first)}` : "not answered"], records(item.sent, item.arrived, item.answered, item.received), x, item.lane);
    };

    const signal = (item) => {
      const lane = layout.lanes[item.lane], x = clip(x_of(item.at));
      return thing(s("g", {class: "signal"}, s("path", {d: `M${x} ${lane.top + 1}v${lane.height - 2}`}), s("path", {class: "signal-head", d: `M${x} ${lane.top + 1}h7l-2.5 3 2.5 3h-7`})), `The harness: ${item.name} ${lane.name}`, [], records(item.at), x, item.lane);
    };

    const finding = (item, of_case) => {
      const found = of_case.findings[item.index], x = clip(x_of(item.at)), top = layout.steps_top - 4;
      const bottom = layout.height - 4, wrong = found.kind === "failure";
      const lane = item.lane === undefined ? null : layout.lanes[item.lane];
      return thing(s("g", {class: `finding-mark ${item.first ? "failing-mark" : ""} ${wrong ? "" : "finding-unclear"}`, "data-requirement": found.requirement},
        s("path", {class: "finding-line", d: `M${x} ${top}V${bottom}`}),
        lane && item.first ? s("rect", {class: "finding-lane", x: x - 7, y: lane.top + 2, width: 14, height: lane.height - 4, rx: 3}) : null,
        item.first ? s("path", {class: "finding-flag", d: `M${x} ${top - 13}l6.5 6.5L${x} ${top}l-6.5 -6.5z`}) : s("circle", {class: "finding-flag", cx: x, cy: top - 4, r: 3}),
        item.first ? s("path", {class: "finding-sign", d: `M${x} ${top - 9.5}v3.4m0 1.8v.2`}) : null,
        s("rect", {class: "target", x: x - 7, y: top - 14, width: 14, height: 16})),
      `${item.first ? "The failing point" : "Also found"}: ${found.requirement || "an expectation"}`, [`expected ${found.expected}`, `${wrong ? "got" : "seen:"} ${found.actual}`, found.subject], records(item.at), x, item.lane ?? -1);
    };

    const axis = () => {
      const bottom = layout.height - 4;
      const tick = (x, text, anchor) => s("g", {class: "tick"}, s("path", {d: `M${x} ${layout.axis - 18}V${bottom}`}), s("text", {x, y: 13, "text-anchor": anchor}, text));
      const out = [];
      if (scale.kind === "time") {
        const from = at.from * picture.end, until = at.until * picture.end;
        for (const time of kitfox.timeline_scale.round_ticks(from, until, Math.max(2, at.width / 130))) out.push(tick(x_at(time), run.span(time), "middle"));
        return out;
      }
      // In this scale a tick is a moment at which something happened, wherever there is room for its text.
      let free = at.left - 30, before = null;
      scale.times.forEach((time, i) => {
        if (i > 0 && time === scale.times[i - 1]) return;
        const x = at.x(scale.places[i]);
        if (x < Math.max(free, at.left - 1) || x > at.right - 10) return;
        const text = run.span(time), same = before !== null && run.span(before) === text;
        out.push(tick(x, same ? `+${run.span(time - before)}` : text, x < at.left + 20 ? "start" : "middle"));
        before = time;
        free = x + 74;
      });
      return out;
    };

    const head = (name) => s("marker", {id: `${at.id}-head-${name}`, class: `head head-${name}`, viewBox: "0 0 6 6", refX: 5.2, refY: 3, markerWidth: 6, markerHeight: 6, orient: "auto"}, s("path", {d: "M0 .5 5.5 3 0 5.5z"}));
    const of_kind = (kind) => layout.lanes.filter((one) => one.kind === kind);

    const svg = s("svg", {class: "timeline", width: at.width, height: layout.height, viewBox: `0 0 ${at.width} ${layout.height}`, role: "group", "aria-label": "Timeline"},
      s("defs", {}, ["delivery", "answer", "request", "reply"].map(head),
        s("clipPath", {id: `${at.id}-plot`}, s("rect", {x: at.left - 8, y: 0, width: at.right - at.left + 16, height: layout.height})),
        s("clipPath", {id: `${at.id}-names`}, s("rect", {x: 0, y: 0, width: at.left - 10, height: layout.height})),
        s("pattern", {id: `${at.id}-hatch`, class: "hatch", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)"}, s("path", {d: "M0 0v5"}))));
    const grounds = lanes();
    const plot = s("g", {"clip-path": `url(#${at.id}-plot)`});
    // What lies in a lane's group belongs to its plot but for the ground and the names.
    grounds.forEach((group) => {
      svg.append(group);
      [...group.querySelectorAll(".life")].forEach((one) => plot.append(one));
    });
    plot.prepend(...axis(), ...of_kind("network").flatMap((lane) => lane.faults.map(fault_shade)));
    plot.append(...layout.steps.map(step), ...of_kind("callers").flatMap((lane) => lane.calls.map((one) => call(lane, one))),
      ...of_kind("network").flatMap((lane) => lane.faults.map((one) => fault(lane, one))),
      ...layout.lanes.flatMap((lane) => lane.bars.map((one) => connection(lane, one))), ...layout.lanes.flatMap((lane) => lane.waits.map((one) => wait(lane, one))),
      ...picture.exchanges.map(exchange).filter(Boolean), ...picture.commands.map(command).filter(Boolean), ...picture.signals.map(signal),
      ...picture.findings.map((one) => finding(one, at.of_case)));
    svg.append(plot);
    return {svg, things};
  };

  return {draw};
})();
