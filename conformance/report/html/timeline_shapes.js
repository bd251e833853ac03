// What each thing on a timeline looks like, and what is said of it. `on` is what it is drawn on (timeline_drawing.js).
"use strict";

kitfox.timeline_shapes = (() => {
  const {s} = kitfox.elements;
  const run = kitfox.run;
  const known = (...all) => all.filter((one) => one !== null && one !== undefined);
  const target = (x, y, width, height) => s("rect", {class: "target", x, y, width, height});
  const cross = (x, y, size) =>
    s("path", {class: "broken-end", d: `M${x - size} ${y - size}l${2 * size} ${2 * size}m0 ${-2 * size}l${-2 * size} ${2 * size}`});

  const life = (on, lane, {item}) => {
    const ended = item.until !== null;
    const from = on.x(item.from),
      until = ended ? on.x(item.until) : on.end;
    const y = lane.kind === "agent" ? lane.top + 5 : on.middle(lane.index);
    return on.thing(
      s(
        "g",
        {class: `life ${item.good || !ended ? "" : "life-bad"}`},
        s("path", {class: "life-line", d: `M${from} ${y}H${Math.max(until, from + 1)}`}),
        ended ? s("path", {class: "life-end", d: `M${until} ${y - 4}v8`}) : null,
        target(from, y - 4, Math.max(4, until - from), 8),
      ),
      {
        title: `${lane.name} ${ended ? `ends: ${item.how}` : "runs to the end"}`,
        lines: [`for ${on.between(item.from, item.until)}`],
        records: known(item.from, item.until),
        x: from,
        lane: lane.index,
      },
    );
  };

  const said_of_connection = (on, item) => {
    const answer = item.status > 0 ? `first answer ${item.status}` : item.open === null ? "never open" : "no answer";
    const connected = item.stream && item.connected !== null ? `connected ${on.between(item.from, item.connected)} after the dial` : null;
    return known(
      `${item.until === null ? "open to the end" : `ended by ${item.how}`} after ${on.between(item.from, item.until)}`,
      answer,
      connected,
    );
  };

  const connection = (on, lane, {item, row}) => {
    const y = lane.top + on.layout.PAD + 4 + row * on.layout.ROW.connection,
      height = item.stream ? 9 : 5,
      top = y + (item.stream ? 0 : 2);
    const from = on.x(item.from),
      until = item.until === null ? on.end : on.x(item.until);
    const open = Math.min(until, item.open === null ? until : on.x(item.open)),
      connected = Math.min(until, item.connected === null ? until : on.x(item.connected));
    const broken = item.open === null || /rst|refuse|hang|unreachable|given_up|TLS/.test(item.how);
    const part = (name, a, b) =>
      b - a > 0.3 ? s("rect", {class: name, x: a, y: top, width: b - a, height, rx: Math.min(2, (b - a) / 2)}) : null;
    const end = broken ? cross(until, top + height / 2, 2.5) : s("path", {class: "orderly-end", d: `M${until} ${top - 1}v${height + 2}`});
    return on.thing(
      s(
        "g",
        {class: `connection ${item.stream ? "stream" : ""}`},
        part("dialling", from, open),
        part("open", open, connected),
        part("connected", connected, until),
        s("rect", {class: "point", x: from - 0.75, y: top, width: 1.5, height}),
        item.until === null ? null : end,
        target(from - 3, y - 1, Math.max(6, until - from + 6), 11),
      ),
      {
        title: `${item.stream ? "Stream" : "Connection"} #${item.id}${item.to === undefined ? "" : ` to ${on.layout.lanes[item.to].name}`}`,
        lines: said_of_connection(on, item),
        records: known(item.from, item.open, item.connected, item.until),
        x: from,
        lane: lane.index,
      },
    );
  };

  const said_of_wait = (item) =>
    known(
      item.ceiling === undefined ? "no envelope holds after a refused key" : `allowed ${run.span(item.floor)} to ${run.span(item.ceiling)}`,
      item.floor > 0 ? `the gateway asked for at least ${run.span(item.floor)}` : null,
      item.after_session ? "after a session" : null,
    );

  const wait = (on, lane, {item, row, crowded}) => {
    const y = lane.top + lane.waits_top + 5 + row * on.layout.ROW.wait;
    const from = on.x_at(item.from),
      until = item.until === null ? on.x_at(item.from + item.delay) : on.x(item.until),
      floor = on.x_at(item.from + item.floor);
    const early = !crowded && item.floor > 0 && floor - from > 0.5;
    const envelope =
      crowded || item.ceiling === undefined
        ? null
        : s("rect", {
            class: "envelope",
            x: floor,
            y: y - 5,
            width: Math.max(0.5, on.x_at(item.from + item.ceiling) - floor),
            height: 10,
            rx: 2,
          });
    return on.thing(
      s(
        "g",
        {class: `wait wait-${item.is}`},
        early ? s("rect", {class: "too-early", x: from, y: y - 5, width: floor - from, height: 10}) : null,
        envelope,
        s("path", {class: "waited", d: `M${from} ${y}H${until}`}),
        s("circle", {class: "retry", cx: until, cy: y, r: 2.6}),
        target(from - 2, y - 6, Math.max(6, until - from + 4), 12),
      ),
      {
        title: `Waited ${run.span(item.delay)} before retry ${item.retry}${item.is === "allowed" ? "" : `: too ${item.is}`}`,
        lines: said_of_wait(item),
        records: known(item.until),
        x: from,
        lane: lane.index,
      },
    );
  };

  const fault = (on, lane, {item, row, crowded}) => {
    const from = on.x(item.from),
      until = item.until === null ? on.end : on.x(item.until),
      y = lane.top + on.layout.PAD + row * on.layout.ROW.fault,
      width = Math.max(3, until - from);
    return on.thing(
      s(
        "g",
        {class: "fault"},
        s("rect", {class: "fault-bar", x: from, y, width, height: 13, rx: 2}),
        item.fired.map((one) => s("path", {class: "fired", d: `M${on.x(one)} ${y + 1}v11`})),
        on.label(item.name.replace(/#\d+$/, ""), from + 5, y + 10, Math.max(width, on.label_room) - 8, "fault-name", crowded),
        target(from - 2, y, Math.max(8, width + 4), 13),
      ),
      {
        title: `Fault ${item.name}`,
        lines: known(
          item.link ? `on ${item.link}` : null,
          `did something ${run.plural(item.count, "time")}`,
          item.until === null ? "in force to the end" : until > from ? `for ${on.between(item.from, item.until)}` : null,
        ),
        records: known(item.from, ...item.fired.slice(0, 3), item.until),
        x: from,
        lane: lane.index,
      },
    );
  };

  const fault_shade = (on, {item}) => {
    const from = on.x(item.from),
      until = item.until === null ? on.end : on.x(item.until),
      top = on.layout.lanes[0].top,
      height = on.layout.height - 4 - top;
    return until - from > 2
      ? s("rect", {class: "fault-shade", x: from, y: top, width: until - from, height})
      : s("path", {class: "fault-instant", d: `M${from} ${top}v${height}`});
  };

  const call = (on, lane, {item, row, crowded}) => {
    const from = on.x(item.from),
      until = item.until === null ? on.end : on.x(item.until),
      y = lane.top + on.layout.PAD + row * on.layout.ROW.call;
    return on.thing(
      s(
        "g",
        {class: `call ${item.good ? "" : "call-refused"}`},
        s("rect", {class: "call-bar", x: from, y, width: Math.max(3, until - from), height: 11, rx: 2}),
        on.label(item.name, from + 5, y + 9, Math.max(until - from, on.label_room) - 8, "call-name", crowded),
        target(from - 2, y - 1, Math.max(8, until - from + 4), 13),
      ),
      {
        title: `Call ${item.name}`,
        lines: [item.until === null ? "never answered" : `answered ${item.outcome} after ${on.between(item.from, item.until)}`],
        records: known(item.from, item.until),
        x: from,
        lane: lane.index,
      },
    );
  };

  const step = (on, {item, row, crowded}) => {
    const from = on.x(item.from),
      until = item.until === null ? on.end : on.x(item.until),
      y = on.layout.steps_top + row * on.layout.ROW.step;
    return on.thing(
      s(
        "g",
        {class: `step ${item.good ? "" : "step-failed"}`},
        s("rect", {class: "step-bar", x: from, y, width: Math.max(2, until - from), height: 12, rx: 2}),
        on.label(item.name, from + 4, y + 9.5, Math.max(until - from, on.label_room * 0.6) - 6, "step-name", crowded),
        target(from - 2, y, Math.max(8, until - from + 4), 13),
      ),
      {
        title: `Step ${item.name}`,
        lines: known(item.until === null ? "not over at the end" : `took ${on.between(item.from, item.until)}`, item.why || null),
        records: known(item.from, item.until),
        x: from,
        lane: -1,
      },
    );
  };

  const arrow = (on, name, from, from_y, to, to_y) =>
    s("path", {class: name, d: `M${on.x(from)} ${from_y}L${on.x(to)} ${to_y}`, "marker-end": `url(#${on.id}-head-${name})`});

  const said_of_command = (on, item) => [
    `id ${item.id}`,
    item.delivered === null ? "never delivered" : `delivered after ${on.between(item.sent, item.delivered)}`,
    item.answered === null
      ? "never answered"
      : item.arrived === null
        ? "its answer never arrived"
        : `answered ${item.status || ""} after ${on.between(item.sent, item.arrived)}`,
  ];

  const command = (on, item) => {
    const gateway = on.layout.lanes.find((one) => one.kind === "gateway");
    if (!gateway) return null;
    const x = on.x(item.sent),
      from_y = on.middle(gateway.index),
      to_y = on.layout.lanes[item.lane].top + on.layout.PAD + 4;
    const net_y = on.middle(on.layout.lanes.find((one) => one.kind === "network").index);
    const there =
      item.delivered !== null
        ? arrow(on, "delivery", item.sent, from_y, item.delivered, to_y)
        : [s("path", {class: "delivery", d: `M${x} ${from_y}V${net_y}`}), cross(x, net_y, 3)];
    return on.thing(
      s(
        "g",
        {class: "command"},
        s("circle", {class: "command-start", cx: x, cy: from_y, r: 2.2}),
        there,
        item.answered !== null && item.arrived !== null ? arrow(on, "answer", item.answered, to_y, item.arrived, from_y + 3) : null,
        target(x - 4, from_y - 5, 8, Math.abs(to_y - from_y) + 5),
      ),
      {
        title: `Command ${item.name}`,
        lines: said_of_command(on, item),
        records: known(item.sent, item.delivered, item.answered, item.arrived),
        x,
        lane: item.lane,
      },
    );
  };

  const exchange = (on, item) => {
    if (item.to === undefined) return null;
    const lane = on.layout.lanes[item.lane],
      below = on.layout.lanes[item.to].top > lane.top;
    const first = item.sent ?? item.arrived,
      last = item.received ?? item.answered,
      x = on.x(first);
    const from_y = below ? lane.top + lane.height - 6 : lane.top + 6,
      to_y = on.middle(item.to);
    const far = Math.abs(item.to - item.lane) > 1 ? "exchange-far" : "",
      refused = item.status >= 400 ? "exchange-refused" : "";
    return on.thing(
      s(
        "g",
        {class: `exchange ${far} ${refused}`},
        item.arrived !== null ? arrow(on, "request", first, from_y, item.arrived, to_y) : cross(x, (from_y + to_y) / 2, 3),
        item.answered !== null && last !== null ? arrow(on, "reply", item.answered, to_y, last, from_y) : null,
        target(x - 3, Math.min(from_y, to_y), 6, Math.abs(to_y - from_y)),
      ),
      {
        title: item.name,
        lines: [item.status > 0 ? `answered ${item.status} after ${on.between(first, last ?? first)}` : "not answered"],
        records: known(item.sent, item.arrived, item.answered, item.received),
        x,
        lane: item.lane,
      },
    );
  };

  const signal = (on, item) => {
    const lane = on.layout.lanes[item.lane],
      x = on.x(item.at);
    return on.thing(
      s(
        "g",
        {class: "signal"},
        s("path", {d: `M${x} ${lane.top + 1}v${lane.height - 2}`}),
        s("path", {class: "signal-head", d: `M${x} ${lane.top + 1}h7l-2.5 3 2.5 3h-7`}),
        target(x - 3, lane.top, 10, 9),
      ),
      {title: `The harness: ${item.name} ${lane.name}`, lines: [], records: known(item.at), x, lane: item.lane},
    );
  };

  /// What is found may begin between two records; among those of one instant, the record says where.
  const finding = (on, item) => {
    const found = on.of_case.findings[item.index],
      x = on.time_of(item.at) === item.t ? on.x(item.at) : on.x_at(item.t),
      top = on.layout.steps_top - 4,
      wrong = found.kind === "failure";
    const lane = item.lane === undefined ? null : on.layout.lanes[item.lane];
    const flag = item.first
      ? [
          s("path", {class: "finding-flag", d: `M${x} ${top - 13}l6.5 6.5L${x} ${top}l-6.5 -6.5z`}),
          s("path", {class: "finding-sign", d: `M${x} ${top - 9.5}v3.4m0 1.8v.2`}),
        ]
      : s("circle", {class: "finding-flag", cx: x, cy: top - 4, r: 3});
    return on.thing(
      s(
        "g",
        {
          class: `finding-mark ${item.first ? "failing-mark" : ""} ${wrong ? "" : "finding-unclear"}`,
          "data-requirement": found.requirement,
        },
        s("path", {class: "finding-line", d: `M${x} ${top}V${on.layout.height - 4}`}),
        lane && item.first
          ? s("rect", {class: "finding-lane", x: x - 7, y: lane.top + 2, width: 14, height: lane.height - 4, rx: 3})
          : null,
        flag,
        target(x - 7, top - 14, 14, 16),
      ),
      {
        title: `${item.first ? "The failing point" : "Also found"}: ${found.requirement || "an expectation"}`,
        lines: known(`expected ${found.expected}`, `${wrong ? "got" : "seen:"} ${found.actual}`, found.subject || null),
        records: known(item.at),
        x,
        lane: item.lane ?? -1,
      },
    );
  };

  return {life, connection, wait, fault, fault_shade, call, step, command, exchange, signal, finding};
})();
