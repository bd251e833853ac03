// Which lane and row everything stands in, and how high the lanes are. Knows nothing of pixels across.
"use strict";

kitfox.timeline_layout = (() => {
  const ROW = {connection: 13, wait: 17, call: 15, fault: 17, step: 16};
  const ROWS_MAX = {connection: 6, wait: 3, call: 8, fault: 4, step: 4};
  const PAD = 8,
    HEIGHT_MIN = 40;

  /// Puts spans into as few rows as keep them apart; what finds no room shares the last row, crowded.
  const pack = (spans, rows_max, gap) => {
    const ends = [];
    for (const one of [...spans].sort((a, b) => a.left - b.left)) {
      let row = ends.findIndex((end) => end + gap <= one.left);
      one.crowded = row < 0 && ends.length >= rows_max;
      if (row < 0) row = one.crowded ? rows_max - 1 : ends.push(0) - 1;
      ends[row] = Math.max(ends[row] ?? 0, one.right);
      one.row = row;
    }
    return Math.max(1, ends.length);
  };

  const spans_of = (items, scale) =>
    items.map((item) => {
      const left = scale.of_record(item.from);
      const right = item.until === null || item.until === undefined ? 1 : scale.of_record(item.until);
      return {item, left, right: Math.max(left, right)};
    });

  const agent_lane = (picture, scale, index, lane) => {
    const bars = spans_of(
      picture.connections.filter((one) => one.lane === index),
      scale,
    );
    const streams = bars.filter((one) => one.item.stream);
    const others = bars.filter((one) => !one.item.stream);
    const stream_rows = streams.length > 0 ? pack(streams, 2, 0) : 0;
    const other_rows = others.length > 0 ? pack(others, ROWS_MAX.connection - 2, 0.004) : 0;
    others.forEach((one) => {
      one.row += stream_rows;
    });
    // An envelope reaches beyond the retry: the next wait stands below it.
    const waits = picture.waits
      .filter((one) => one.lane === index)
      .map((item) => {
        const left = scale.of_time(item.from),
          retry = item.until === null ? scale.of_time(item.from + item.delay) : scale.of_record(item.until);
        return {item, left, right: Math.min(1, Math.max(retry, item.ceiling === undefined ? 0 : scale.of_time(item.from + item.ceiling)))};
      });
    const wait_rows = waits.length > 0 ? pack(waits, ROWS_MAX.wait, 0.004) : 0;
    lane.bars = bars;
    lane.waits = waits;
    lane.rows = stream_rows + other_rows;
    lane.waits_top = 2 * PAD + lane.rows * ROW.connection;
    lane.height = Math.max(
      HEIGHT_MIN,
      PAD + 4 + Math.max(1, lane.rows) * ROW.connection + (wait_rows > 0 ? 4 + wait_rows * ROW.wait : 0) + PAD,
    );
  };

  /// `label_part`: how much of the width a short label takes, so that labelled bars do not cover one another.
  const make = (picture, scale, label_part) => {
    const lanes = picture.lanes.map((one, index) => {
      const lane = {...one, index, bars: [], waits: [], rows: 0, height: one.kind === "kubernetes" ? HEIGHT_MIN : 2 * PAD + 12};
      lane.lives = spans_of(
        picture.lives.filter((each) => each.lane === index),
        scale,
      );
      if (one.kind === "agent" || one.kind === "callers") agent_lane(picture, scale, index, lane);
      if (one.kind === "callers") {
        lane.bars = [];
        lane.calls = spans_of(picture.calls, scale);
        lane.calls.forEach((each) => {
          each.right = Math.max(each.right, each.left + label_part);
        });
        lane.height = 2 * PAD + (lane.calls.length > 0 ? pack(lane.calls, ROWS_MAX.call, 0.002) : 1) * ROW.call;
      }
      if (one.kind === "network") {
        lane.faults = spans_of(picture.faults, scale);
        lane.faults.forEach((each) => {
          each.label_right = Math.max(each.right, each.left + label_part);
        });
        const for_labels = lane.faults.map((each) => ({...each, right: each.label_right, of: each}));
        const rows = for_labels.length > 0 ? pack(for_labels, ROWS_MAX.fault, 0.002) : 1;
        for_labels.forEach((each) => {
          Object.assign(each.of, {row: each.row, crowded: each.crowded});
        });
        lane.height = 2 * PAD + rows * ROW.fault;
      }
      return lane;
    });
    const steps = spans_of(
      picture.steps.filter((one) => one.name !== "end" && one.name !== "start"),
      scale,
    );
    const for_labels = steps.map((each) => ({...each, right: Math.max(each.right, each.left + label_part * 0.6), of: each}));
    const step_rows = steps.length > 0 ? pack(for_labels, ROWS_MAX.step, 0.001) : 0;
    for_labels.forEach((each) => {
      Object.assign(each.of, {row: each.row, crowded: each.crowded});
    });

    const axis = 38;
    let top = axis + step_rows * ROW.step + (step_rows > 0 ? 8 : 0);
    const steps_top = axis;
    for (const lane of lanes) {
      lane.top = top;
      top += lane.height;
    }
    return {lanes, steps, steps_top, height: top + 4, axis, ROW, PAD};
  };

  return {make};
})();
