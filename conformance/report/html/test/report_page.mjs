// What a reader does with the page, done in a real browser.
// Usage: report_page.mjs PLAYWRIGHT CHROMIUM PAGE FOLDER CHECK...
import assert from "node:assert/strict";
import {createRequire} from "node:module";
import path from "node:path";
import process from "node:process";

const [playwright, chromium_path, file, folder, ...wanted] = process.argv.slice(2);
const {chromium} = createRequire(import.meta.url)(playwright);
const url = `file://${file}`;
// Chromium keeps its sandbox but for root, which it denies one.
const browser = await chromium.launch({executablePath: chromium_path, args: process.getuid() === 0 ? ["--no-sandbox"] : []});
const complaints = [];

const open = async (hash = "", options = {}) => {
  const page = await browser.newPage({viewport: {width: 1280, height: 900}, colorScheme: "light", ...options});
  page.on("console", (message) => complaints.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== encodeURI(url) && !request.url().startsWith("data:")) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(url + hash);
  return page;
};
const data = (page) =>
  page.evaluate(() => ({
    results: JSON.parse(document.getElementById("results").textContent),
    specification: JSON.parse(document.getElementById("specification").textContent),
  }));
const link = (name) => `#/case/${encodeURIComponent(name)}`;
const lines = (page) => page.locator(".line").count();
const focused_text = (page) => page.evaluate(() => document.activeElement.textContent);

/// Of a text against what is behind it; WCAG 2.1, 1.4.3.
const contrast = (page, selector) =>
  page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const parse = (colour) => {
        const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
      };
      const luminance = ([r, g, b]) =>
        [r, g, b]
          .map((part) => part / 255)
          .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
          .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
      let behind = element;
      while (behind && parse(getComputedStyle(behind).backgroundColor)[3] < 255) behind = behind.parentElement;
      const [a, b] = [
        luminance(parse(getComputedStyle(element).color)),
        luminance(parse(getComputedStyle(behind ?? document.body).backgroundColor)),
      ].sort((x, y) => y - x);
      return (a + 0.05) / (b + 0.05);
    });

const checks = {
  async network() {
    const page = await open();
    await page.waitForSelector("#summary h1");
    await page.goto(`${url}#/cases`);
    await page.waitForSelector("#page > *");
  },

  async comparison() {
    for (const colorScheme of ["light", "dark"]) {
      const page = await open("", {colorScheme});
      await page.waitForSelector("#summary h1");
      assert.equal(await page.title(), "Something that had passed fails · kitfox");
      const found = await page.evaluate(() => JSON.parse(document.getElementById("comparison").textContent));
      const changed = [...found.cases, ...found.requirements].filter((one) => one.change !== "same");
      assert.ok(changed.length >= 3, "a case and a requirement more, and one that is fixed");
      assert.equal(await page.locator(".comparison-line").count(), changed.length);
      for (const selector of [".comparison-name", ".cell-verdicts", ".area-note"])
        assert.ok((await contrast(page, selector)) >= 4.5, `${selector} in ${colorScheme}`);
      await page.screenshot({path: path.join(folder, `comparison-${colorScheme}.png`), fullPage: true});
      await page.click(".chip[data-change=fixed]");
      assert.equal(await page.locator(".comparison-line").count(), changed.filter((one) => one.change === "fixed").length);
      await page.click(".chip[data-change=fixed]");
      await page.keyboard.press("/");
      await page.keyboard.type("no such words");
      assert.equal(await page.locator(".empty").innerText(), "Nothing fits, or nothing changed.");
      await page.fill(".search", "");
      await page.keyboard.press("Escape");
      await page.keyboard.press("j");
      assert.ok(await page.evaluate(() => document.activeElement.classList.contains("comparison-line")));
    }
    const narrow = await open("", {viewport: {width: 390, height: 800}});
    assert.ok(await narrow.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no sideways scrolling");
  },

  async headline() {
    const page = await open();
    const {results} = await data(page);
    const text = await page.locator("#summary h1").innerText();
    if (results.counts.fail > 0)
      assert.equal(text, `${results.counts.fail} of ${results.cases.length} cases ${results.counts.fail === 1 ? "fails" : "fail"}`);
    else assert.equal(text, `All ${results.cases.length} cases pass`);
    assert.equal(await page.title(), `${text} · kitfox`);
  },

  async "no-failures"() {
    const page = await open();
    assert.equal(await page.locator(".first-failures").count(), 0);
    const {results} = await data(page);
    await page.goto(url + link(results.cases[0].name));
    await page.waitForSelector(".timeline");
    assert.equal(await page.locator(".failing-mark").count(), 0);
  },

  async claim() {
    const page = await open();
    assert.equal(await page.locator("#summary h1").innerText(), "Conformant");
    assert.deepEqual(await page.locator(".remark").allInnerTexts(), ["my-agent: 1 requirement", "CONFORMANT: 1 kept"]);
    assert.equal(await lines(page), 1, "what was asked of the subject comes first");
    await page.click(".clear-filter");
    const {specification} = await data(page);
    assert.equal(await lines(page), specification.requirements.length);
  },

  async "nothing-executed"() {
    const page = await open();
    assert.equal(await page.locator("#summary h1").innerText(), "Nothing was executed");
    assert.equal(await page.locator("#summary .verdict-icon.verdict-pass").count(), 0);
    await page.goto(`${url}#/cases`);
    const {results} = await data(page);
    assert.equal(await lines(page), results.cases.length);
    assert.equal(await page.locator(".case-lines .verdict-icon.verdict-skipped").count(), results.cases.length);
    assert.equal(await page.locator(".empty").isVisible(), results.cases.length === 0);
  },

  async requirements() {
    const page = await open("#/requirements");
    const {specification} = await data(page);
    assert.equal(await lines(page), specification.requirements.length);
    await page.fill(".search", "rec-9");
    assert.equal(await lines(page), 1);
    assert.match(await page.locator(".line").innerText(), /REC-9/);
    await page.fill(".search", "no such words");
    assert.equal(await lines(page), 0);
    assert.equal(await page.locator(".empty").innerText(), "Nothing fits.");
    await page.click(".clear-filter");
    await page.click(".chip[data-verdict=fail]");
    const failing = specification.requirements.filter((one) => one.verdict === "fail");
    assert.ok(failing.length > 0);
    assert.equal(await lines(page), failing.length);
    await page.click(".chip[data-verdict=fail]");
    await page.selectOption("select[aria-label='Any area']", "connect");
    assert.equal(await lines(page), specification.requirements.filter((one) => one.area === "connect").length);
    await page.click(".clear-filter");
    assert.equal(await lines(page), specification.requirements.length);
    await page.click(".mark.verdict-fail");
    assert.match(page.url(), /#\/case\//);
  },

  async cases() {
    const page = await open("#/cases");
    const {results, specification} = await data(page);
    const rows = page.locator(".line");
    assert.equal(await rows.count(), results.cases.length);
    assert.match(await rows.first().innerText(), /fails/, "the worst comes first");
    await page.click(".chip[data-verdict=inconclusive]");
    assert.equal(await rows.count(), results.counts.inconclusive);
    await page.click(".clear-filter");
    await page.fill(".search", "exactly dials");
    assert.equal(await rows.count(), 1, "words of what was expected are found");
    await page.fill(".search", "");
    await rows.first().locator(".case-title").click();
    await page.waitForSelector(".detail-head");
    const found = results.cases.find((one) => one.verdict === "fail");
    assert.equal(await page.locator(".versus-side p").nth(0).innerText(), found.findings[found.first_divergence].expected);
    assert.equal(await page.locator(".versus-actual p").first().innerText(), found.findings[found.first_divergence].actual);
    assert.equal(await page.locator(".command code").innerText(), found.reproduce);
    const promise = specification.requirements.find((each) => each.id === found.findings[found.first_divergence].requirement);
    assert.equal(await page.locator(".normative").first().innerText(), promise.text);
  },

  async keys() {
    const page = await open("#/cases");
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement.className), "search");
    await page.keyboard.type("fails");
    assert.equal(await lines(page), 1);
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    assert.match(await focused_text(page), /connect\/fails/);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".detail-head");
    await page.keyboard.press("Escape");
    await page.waitForSelector(".search");
    assert.match(await focused_text(page), /connect\/fails/, "the line that was left has the focus again");
    await page.click(".clear-filter");
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    const second = await focused_text(page);
    await page.keyboard.press("k");
    assert.notEqual(await focused_text(page), second);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".detail-head");
    const first = await page.locator(".detail-head .eyebrow").innerText();
    await page.keyboard.press("n");
    await page.waitForFunction((name) => document.querySelector(".detail-head .eyebrow").textContent !== name, first);
    await page.keyboard.press("p");
    await page.waitForFunction((name) => document.querySelector(".detail-head .eyebrow").textContent === name, first);
    await page.keyboard.press("?");
    assert.ok(await page.locator("#keys").isVisible());
    await page.keyboard.press("Escape");
    assert.ok(!(await page.locator("#keys").isVisible()));
  },

  async "failing-marks"() {
    const page = await open();
    const {results} = await data(page);
    const bad = results.cases.filter((one) => one.findings.length > 0);
    assert.ok(bad.length > 1);
    for (const one of bad) {
      await page.goto(url + link(one.name));
      await page.waitForFunction((name) => document.querySelector(".detail-head .eyebrow")?.textContent === name, one.name);
      const mark = page.locator(".failing-mark");
      assert.equal(await mark.count(), 1, one.name);
      assert.equal(await mark.getAttribute("data-requirement"), one.findings[one.first_divergence].requirement);
      const [line, plot] = [await mark.locator(".finding-line").boundingBox(), await page.locator(".timeline").boundingBox()];
      assert.ok(line.x >= plot.x + 140 && line.x <= plot.x + plot.width, "it lies inside of the plot");
      assert.ok(line.height > plot.height * 0.8, "it goes through all lanes");
      await page.click("text=Failing point >> nth=0");
      assert.match(await page.locator(".card").innerText(), /The failing point/);
      await page.screenshot({path: path.join(folder, `failing-${one.id.replaceAll("/", "-")}.png`), fullPage: true});
    }
  },

  async timeline() {
    const page = await open(link("connect/outage@sim#1"));
    await page.waitForSelector(".timeline");
    for (const kind of ["gateway", "network", "agent", "kubernetes"]) assert.ok((await page.locator(`.lane-${kind}`).count()) > 0, kind);
    await page.locator(".stream .target").first().hover();
    assert.match(await page.locator(".card .card-title").innerText(), /^Stream #\d+ to gateway$/);
    assert.match(await page.locator(".card pre").first().innerText(), /"e":"dial"/, "the record stands there as it is in the transcript");
    await page.mouse.move(5, 5);
    assert.ok(!(await page.locator(".card").isVisible()));
    await page.focus(".timeline-canvas");
    await page.keyboard.press("ArrowRight");
    const first = await page.locator(".card-title").innerText();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    assert.notEqual(await page.locator(".card-title").innerText(), first);
    assert.notEqual(await page.locator("[aria-live=polite].offscreen").innerText(), "");
    await page.keyboard.press("Escape");
    assert.ok(!(await page.locator(".card").isVisible()));
    assert.match(page.url(), /#\/case\//, "Escape closed the card, not the case");
    const width = () =>
      page
        .locator(".timeline .fault-bar")
        .first()
        .evaluate((element) => element.width.baseVal.value);
    const before = await width();
    await page.focus(".timeline-canvas");
    await page.keyboard.press("+");
    assert.notEqual(await width(), before);
    await page.keyboard.press("0");
    assert.equal(await width(), before);
    await page.click(".records summary");
    await page.waitForSelector(".record-list");
    assert.ok((await page.locator(".record-list > li").count()) > 20);
  },

  async waits() {
    const page = await open(link("connect/outage@sim#1"));
    await page.waitForSelector(".timeline");
    const waits = await page.locator(".timeline .wait").evaluateAll((all) =>
      all.map((one) => {
        const [envelope, retry] = [one.querySelector(".envelope").getBBox(), one.querySelector(".retry").cx.baseVal.value];
        return {class: one.getAttribute("class"), inside: retry >= envelope.x - 0.5 && retry <= envelope.x + envelope.width + 0.5};
      }),
    );
    assert.ok(waits.length > 0);
    for (const one of waits) assert.deepEqual([one.class.includes("wait-allowed"), one.inside], [true, true]);
  },

  async markup() {
    const page = await open("#/cases");
    const {results} = await data(page);
    const one = results.cases.find((each) => each.id === "connect/passes");
    await page.goto(url + link(one.name));
    await page.waitForSelector(".detail-head");
    assert.equal(await page.locator(".detail-head h2").innerText(), `Of <b>marks</b> </script><!-- and "quotes"`);
    assert.equal(await page.locator(".detail-head h2 b").count(), 0);
  },

  async themes() {
    const texts = [".remark", ".cell-text", ".note", ".facts dt", ".tabs a", ".chip", ".level"];
    for (const scheme of ["light", "dark"]) {
      const page = await open("", {colorScheme: scheme});
      for (const one of texts) {
        const ratio = await contrast(page, one);
        assert.ok(ratio >= 4.5, `${one} in ${scheme}: ${ratio.toFixed(2)}`);
      }
      await page.screenshot({path: path.join(folder, `overview-${scheme}.png`)});
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const before = await ground();
      await page.click("#theme-toggle");
      assert.notEqual(await ground(), before);
      await page.keyboard.press("t");
      assert.equal(await ground(), before);
    }
  },

  async print() {
    const page = await open("#/requirements", {colorScheme: "dark"});
    const {results} = await data(page);
    await page.emulateMedia({media: "print", colorScheme: "dark"});
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "light", "paper is white");
    assert.ok(!(await page.locator(".filter-bar").isVisible()));
    assert.equal(
      await page.locator(".printed-case").count(),
      results.cases.filter((one) => one.verdict !== "pass" && one.verdict !== "skipped").length,
    );
    assert.ok(await page.locator(".printed-case .timeline .failing-mark").first().isVisible());
    const width = await page
      .locator(".printed-case .timeline")
      .first()
      .evaluate((element) => element.getBoundingClientRect().right <= innerWidth);
    assert.ok(width, "a timeline is not wider than the paper");
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    assert.equal(await page.locator(".printed-case").count(), 0);
    await page.pdf({path: path.join(folder, "printed.pdf"), format: "A4"});
  },

  async narrow() {
    const page = await open("#/requirements", {viewport: {width: 400, height: 800}});
    const {results} = await data(page);
    for (const hash of ["#/requirements", "#/cases", link(results.cases[0].name)]) {
      await page.goto(url + hash);
      await page.waitForSelector("#page > *");
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${hash} is wider than its window`);
    }
  },

  async "three-hundred"() {
    const page = await open("#/cases");
    assert.equal(await lines(page), 300);
    await page.fill(".search", "#299");
    assert.equal(await lines(page), 1);
    await page.goto(`${url}#/requirements`);
    await page.waitForSelector(".requirement-lines");
    assert.match(await page.locator(".more").first().innerText(), /^\+\d+$/, "marks are bounded, and the rest counted");
    await page.goto(url + link("connect/outage@sim#300"));
    await page.waitForSelector(".timeline");
  },
};

let failed = 0;
for (const name of wanted) {
  try {
    await checks[name]();
    assert.deepEqual(complaints, [], "nothing was asked of a network, and nothing complained of");
    console.log(`ok ${name}`);
  } catch (error) {
    ++failed;
    console.log(`not ok ${name}\n${error.stack}`);
  }
  complaints.length = 0;
  for (const context of browser.contexts()) await context.close();
}
await browser.close();
process.exit(failed === 0 ? 0 : 1);
