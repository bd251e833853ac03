// What stands around a timeline: the card of what is pointed at, the legend, what was left out, the records behind it.
"use strict";

kitfox.timeline_card = (() => {
  const {h, s} = kitfox.elements;
  const run = kitfox.run;

  const legend = () => {
    const sample = (name, text, ...shapes) =>
      h("li", {class: `sample-${name}`}, s("svg", {width: 26, height: 12, viewBox: "0 0 26 12", "aria-hidden": "true"}, shapes), text);
    const bar = (name, x, width, y = 2, height = 8) => s("rect", {class: name, x, y, width, height, rx: 2});
    const wait = (is, envelope, until) =>
      s(
        "g",
        {class: `wait wait-${is}`},
        bar("envelope", 0, envelope, 1, 10),
        s("path", {class: "waited", d: `M0 6H${until}`}),
        s("circle", {class: "retry", cx: until, cy: 6, r: 2.6}),
      );
    return h(
      "ul",
      {class: "timeline-legend"},
      sample(
        "stream",
        "dial, open, connected",
        s("g", {class: "connection stream"}, bar("dialling", 0, 7), bar("open", 7, 7), bar("connected", 14, 12)),
      ),
      sample("end", "broken end", s("path", {class: "broken-end", d: "M10 3l6 6m0 -6l-6 6"})),
      sample("wait", "wait inside what is allowed", wait("allowed", 25, 15)),
      sample("wait-late", "outside of it", wait("late", 14, 22)),
      sample(
        "fault",
        "fault, and when it acted",
        s("g", {class: "fault"}, bar("fault-bar", 0, 26), s("path", {class: "fired", d: "M8 3v6M14 3v6"})),
      ),
      sample(
        "command",
        "command, answer",
        s(
          "g",
          {},
          s("path", {class: "delivery", d: "M1 6h9m-3-2.5 3 2.5-3 2.5"}),
          s("path", {class: "answer", d: "M25 6H15"}),
          s("path", {class: "delivery", d: "m18 3.5-3 2.5 3 2.5"}),
        ),
      ),
      sample("failing", "failing point", s("path", {class: "finding-flag", d: "M13 0l6 6-6 6-6-6z"})),
    );
  };

  const left_out = (picture) =>
    picture.left_out.length === 0
      ? null
      : h(
          "p",
          {class: "note left-out"},
          picture.findings.length > 0 ? "Left out, farthest from the failing point first: " : "Left out, the latest first: ",
          picture.left_out.map((one) => `${one.count.toLocaleString("en")} of ${one.of.toLocaleString("en")} ${one.what}`).join(", "),
          ". The transcript has them all.",
        );

  /// `by_index`: the picture's records, by their places in the transcript.
  const contents = (thing, by_index) =>
    [
      h("p", {class: "card-title"}, thing.title),
      thing.lines.length > 0 ? h("p", {class: "card-lines"}, thing.lines.join(" · ")) : null,
      ...thing.records
        .map((index) => by_index.get(index))
        .filter(Boolean)
        .map((one) =>
          h(
            "div",
            {class: "card-record"},
            h("p", {}, h("span", {class: "card-time"}, run.moment(one[1])), ` ${one[2]}`),
            one[3] ? h("pre", {}, one[3]) : null,
          ),
        ),
    ].filter(Boolean);

  const record_line = (one, is_failing) =>
    h(
      "li",
      {class: is_failing ? "record-failing" : ""},
      h(
        "details",
        {},
        h(
          "summary",
          {},
          h("span", {class: "card-time"}, run.moment(one[1])),
          h("span", {class: "record-number"}, `#${one[0]}`),
          h("span", {class: "record-line"}, one[2]),
        ),
        h("pre", {}, one[3] ?? "Not quoted in this page; the transcript has it."),
      ),
    );

  const records = (picture, of_case) => {
    const failing = picture.findings.find((one) => one.first)?.at;
    const details = h(
      "details",
      {class: "records"},
      h(
        "summary",
        {},
        `${run.plural(picture.records.length, "record")} behind the picture`,
        of_case.records > picture.records.length ? ` (of ${of_case.records.toLocaleString("en")})` : "",
      ),
    );
    details.addEventListener("toggle", () => {
      if (details.open && !details.querySelector("ol"))
        details.append(
          h(
            "ol",
            {class: "record-list"},
            picture.records.map((one) => record_line(one, one[0] === failing)),
          ),
        );
    });
    return details;
  };

  return {legend, left_out, contents, records};
})();
