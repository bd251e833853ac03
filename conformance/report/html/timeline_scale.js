// Where a moment stands on the horizontal axis. Two scales: time as it passed, and one that gives every record room and
// lets long silence take no more than its logarithm.
"use strict";

kitfox.timeline_scale = (() => {
  /// `records`: [index, microseconds, ...] in order. `kind`: "time" or "order".
  const make = (records, end, kind) => {
    const indexes = records.map((one) => one[0]);
    const times = records.map((one) => one[1]);
    const places = [];
    let at = 0;
    for (let i = 0; i < records.length; ++i) {
      if (i > 0) {
        const gap = Math.max(0, times[i] - times[i - 1]);
        at += kind === "time" ? gap : 1 + 7 * Math.log10(1 + gap / 1000);
      }
      places.push(kind === "time" ? times[i] : at);
    }
    const last_gap = Math.max(0, end - (times.at(-1) ?? 0));
    const whole = kind === "time" ? Math.max(end, 1) : Math.max(1, at + (last_gap > 0 ? 1 + 7 * Math.log10(1 + last_gap / 1000) : 0));

    /// The last place in `sorted` that is not beyond `value`; -1 where there is none.
    const last_not_beyond = (sorted, value) => {
      let low = 0,
        high = sorted.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sorted[middle] <= value) low = middle + 1;
        else high = middle;
      }
      return low - 1;
    };
    /// A time as a part of the whole, 0 to 1; beyond the run's end it goes on as it was.
    const of_time = (time) => {
      if (kind === "time") return time / whole;
      const i = last_not_beyond(times, time);
      if (i < 0) return 0;
      const from = places[i],
        since = time - times[i];
      const next_time = i + 1 < times.length ? times[i + 1] : end,
        next_place = i + 1 < places.length ? places[i + 1] : whole;
      const part = next_time > times[i] ? since / (next_time - times[i]) : 0;
      return (from + Math.min(part, 1) * (next_place - from)) / whole;
    };
    const of_record = (index) => {
      const i = last_not_beyond(indexes, index);
      return i < 0 ? 0 : places[i] / whole;
    };
    const time_of = (index) => {
      const i = last_not_beyond(indexes, index);
      return i < 0 ? 0 : times[i];
    };
    return {kind, end, of_time, of_record, time_of, places: places.map((one) => one / whole), times};
  };

  /// Most runs are read best in their own time; one of which the most happens within a tenth of it is not.
  const best_kind = (records, end) => {
    if (end === 0) return "order";
    const BINS = 50,
      NEAR = 5,
      CROWDED = 0.6;
    const counts = Array(BINS).fill(0);
    for (const one of records) counts[Math.min(BINS - 1, Math.floor((one[1] / end) * BINS))]++;
    const in_tenth = counts.map((_, from) => counts.slice(from, from + NEAR).reduce((sum, one) => sum + one, 0));
    return Math.max(...in_tenth) <= CROWDED * records.length ? "time" : "order";
  };

  const STEPS = [1, 2, 5];
  /// Round times between two, about `wanted` of them.
  const round_ticks = (from, until, wanted) => {
    const rough = Math.max(1, (until - from) / wanted);
    const power = 10 ** Math.floor(Math.log10(rough));
    let step = (STEPS.find((one) => one * power >= rough) ?? 10) * power;
    for (const natural of [60e6, 120e6, 300e6, 600e6, 1800e6, 3600e6, 7200e6, 21600e6, 86400e6]) {
      if (rough > 30e6 && natural >= rough) {
        step = natural;
        break;
      }
    }
    const out = [];
    for (let tick = Math.ceil(from / step) * step; tick <= until && out.length < 50; tick += step) out.push(tick);
    return out;
  };
  return {make, best_kind, round_ticks};
})();
