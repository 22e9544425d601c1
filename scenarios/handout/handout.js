// The page of a hand-out. All numbers are runs that stand in the file; this script only chooses among them, takes
// means and differences over futures, and draws.
const found = JSON.parse(document.getElementById("contents").textContent);
const state = {
  lang: found.lang, city: 0, each: false, covered: false,
  at: found.axes.map(axis => axis.first), charts: found.charts.map(pair => [...pair]),
};
const views = [];
const box = id => document.getElementById(id);
const say = (key, values = {}) =>
  found.words[key][state.lang].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

function element(tag, options = {}, ...inside) {
  const made = Object.assign(document.createElement(tag), options);
  made.append(...inside);
  return made;
}

const city = () => found.cities[state.city];
const node = () => city().nodes.find(n => n.at.every((k, i) => k === state.at[i]));
const mean = values => values.reduce((a, b) => a + b, 0) / values.length;

// Two-sided 95 % points of Student's t by degrees of freedom: the futures are few.
const T = [NaN, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145,
  2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042];

/** Futures of one year of the baseline and of this position; null where one has no value. */
function pair(indicator, place, year) {
  const take = run => run.values[place][indicator].map(future => future[year]);
  const before = take(city().reference), after = take(node());
  return before.includes(null) || after.includes(null) ? null : { before, after };
}

/** Mean difference of pairs, its 95 % half width, and how many pairs go up and down. */
function compare({ before, after }) {
  const gaps = after.map((value, k) => value - before[k]), n = gaps.length, middle = mean(gaps);
  const spread = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - middle) ** 2, 0) / (n - 1));
  const t = n - 1 < T.length ? T[n - 1] : 1.96;
  const up = gaps.filter(gap => gap > 0).length, down = gaps.filter(gap => gap < 0).length;
  return { middle, error: t * spread / Math.sqrt(n), up, down, same: n - up - down, n };
}

function number(value, about, sign = false) {
  const places = about.decimals[state.lang];
  const shown = value / about.divisor[state.lang];
  const text = Math.abs(shown).toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
  const zero = Number(text.replace(/,/g, "")) === 0;
  return (shown < 0 && !zero ? "-" : sign && !zero ? "+" : "") + text;
}

const unitOf = about => about.percent ? say("points") : about.short[state.lang];

function card(key) {
  const index = found.indicators.findIndex(one => one.key === key), about = found.indicators[index];
  const last = found.years.length - 1, values = pair(index, 0, last);
  if (!values) return "";
  const c = compare(values), name = `${about.title[state.lang]} · ${found.years[last]}`;
  const lines = [element("div", { className: "name", textContent: name, title: about.definition[state.lang] }),
    element("div", { className: "value", textContent: `${number(mean(values.after), about)} ${about.short[state.lang]}` })];
  const more = c.same === c.n ? [say("as_baseline")] : [
    say("difference", { gap: `${number(c.middle, about, true)} ${unitOf(about)}`.trim() }),
    say("counts", c), ...(c.n > 1 ? [say("error", { error: number(c.error, about) })] : [])];
  lines.push(...more.map(text => element("div", { className: "more", textContent: text })));
  const made = element("div", { className: "card" }, ...lines);
  made.dataset.key = key;
  return made;
}

/** Rows of one chart in the unit that is shown. */
function rows(indicator, place) {
  const about = found.indicators[indicator], by = about.divisor[state.lang];
  const fans = [], lines = [];
  for (const [who, run] of [["baseline", city().reference], ["current", node()]]) {
    const futures = run.values[place][indicator];
    found.years.forEach((year, y) => {
      const values = futures.map(future => future[y]);
      if (values.includes(null)) return;
      const shown = values.map(value => value / by);
      fans.push({ who, year, mean: mean(shown), least: Math.min(...shown), most: Math.max(...shown) });
      if (who === "current") shown.forEach((value, future) => lines.push({ future, year, value }));
    });
  }
  return { fans, lines: state.each ? lines : [], labels: labels(fans, domain(indicator, place)) };
}

/** One label a line at its right end, pushed apart where they would lie on each other; one for both if they are one. */
function labels(fans, [low, high]) {
  const ends = ["baseline", "current"].map(who => fans.findLast(row => row.who === who)).filter(Boolean);
  const year = found.years.at(-1);
  if (ends.length < 2) return [];
  const [base, now] = ends.map(row => row.mean);
  if (fans.every(a => a.who === "current" || fans.some(b => b.who === "current" && b.year === a.year && b.mean === a.mean)))
    return [{ who: "current", year, at: now, label: say("both") }];
  const push = Math.max(0, 0.07 * (high - low) - Math.abs(now - base)) / 2, up = now >= base ? 1 : -1;
  return [{ who: "baseline", year, at: base - up * push, label: say("baseline") }, { who: "current", year, at: now + up * push, label: say("current") }];
}

/** Ends of the vertical axis over all positions, so that a move shows as a move and not as a new axis. */
function domain(indicator, place) {
  const about = found.indicators[indicator], by = about.divisor[state.lang];
  const all = [city().reference, ...city().nodes].flatMap(run => run.values[place][indicator].flat())
    .filter(value => value !== null).map(value => value / by);
  if (place === 0) all.push(...about.targets.map(([, value]) => value / by));
  const low = Math.min(...all), high = Math.max(...all), room = 0.05 * (high - low || Math.abs(high) || 1);
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}

function specification(indicator, place) {
  const about = found.indicators[indicator], by = about.divisor[state.lang];
  const y = field => ({ field, type: "quantitative", scale: { domain: domain(indicator, place), nice: false },
    axis: { title: about.unit[state.lang] || null, titleAngle: 0, titleAlign: "left", titleAnchor: "end", titleX: -30,
      titleY: -10, titleFontWeight: "normal", tickCount: 5 } });
  const x = { field: "year", type: "quantitative", scale: { domain: [found.years[0], found.years.at(-1)], nice: false },
    axis: { title: null, format: "d", grid: false, values: found.years.filter(year => year % 5 === 0) } };
  const who = { field: "who", type: "nominal", legend: null, scale: { domain: ["baseline", "current"], range: ["#000000", "#0072B2"] } };
  const dash = { field: "who", type: "nominal", legend: null, scale: { domain: ["baseline", "current"], range: [[7, 5], [1, 0]] } };
  const tooltip = [["year", "year", "d"], ["mean", "mean", ",.4~r"], ["least", "least", ",.4~r"], ["most", "most", ",.4~r"]]
    .map(([field, key, format]) => ({ field, title: say(key), format }));
  const aims = place === 0 ? about.targets.map(([year, value]) => ({ year, value: value / by })) : [];
  return {
    width: "container", height: 280, background: "white", padding: { left: 6, top: 20, right: 100, bottom: 4 },
    autosize: { type: "fit", contains: "padding" },
    config: { font: getComputedStyle(document.body).fontFamily, view: { stroke: null }, axis: { labelFontSize: 13, titleFontSize: 13, gridColor: "#e6eaee" } },
    data: { name: "fans", values: [] }, encoding: { x, color: who },
    layer: [
      { mark: { type: "area", opacity: 0.2, clip: true }, encoding: { y: y("least"), y2: { field: "most" } } },
      { data: { name: "lines", values: [] }, mark: { type: "line", strokeWidth: 1, opacity: 0.6, clip: true },
        encoding: { x, y: y("value"), detail: { field: "future" }, color: { value: "#56B4E9" } } },
      { mark: { type: "line", strokeWidth: 3, clip: true }, encoding: { y: y("mean"), strokeDash: dash, tooltip } },
      { data: { values: aims }, mark: { type: "point", shape: "diamond", size: 90, filled: false, strokeWidth: 2.5 },
        encoding: { x, y: y("value"), color: { value: "#D55E00" } } },
      { data: { name: "labels", values: [] },
        mark: { type: "text", align: "left", dx: 6, fontSize: 13, fontWeight: "bold" },
        encoding: { x, color: who, y: y("at"), text: { field: "label" } } },
    ],
  };
}

async function drawChart(side) {
  const [indicator, place] = state.charts[side], target = box(`drawing${side}`);
  const embedded = await vegaEmbed(target, specification(indicator, place), { actions: false, renderer: "svg" });
  views[side]?.finalize();
  views[side] = embedded.view;
  await fill(side);
}

async function fill(side) {
  const [indicator, place] = state.charts[side], about = found.indicators[indicator], view = views[side];
  const { fans, lines, labels } = rows(indicator, place);
  await view.data("fans", fans).data("lines", lines).data("labels", labels).runAsync();
  const last = pair(indicator, place, found.years.length - 1);
  box(`drawing${side}`).setAttribute("aria-label", last ? say("chart_alt", { name: about.title[state.lang],
    place: found.places[place].title[state.lang], from: found.years[0], to: found.years.at(-1),
    before: number(mean(last.before), about), after: number(mean(last.after), about) }) : say("no_value"));
  const head = ["year", "baseline", "current", "least", "most"].map(key => element("th", { textContent: say(key) }));
  const body = found.years.map((year, y) => {
    const values = pair(indicator, place, y);
    const cells = values ? [mean(values.before), mean(values.after), Math.min(...values.after), Math.max(...values.after)]
      .map(value => number(value, about)) : ["-", "-", "-", "-"];
    return element("tr", {}, ...[String(year), ...cells].map(text => element("td", { textContent: text })));
  });
  box(`table${side}`).replaceChildren(element("tr", {}, ...head), ...body);
}

/** What depends on the position of the levers. */
async function moved() {
  found.axes.forEach((axis, k) => {
    const { value, name } = axis.positions[state.at[k]], label = name[state.lang];
    const shown = value.toLocaleString("en-US", { maximumFractionDigits: 4 });
    box(`value${k}`).textContent = label ? `${shown}  ${label}` : shown;
    box(`lever${k}`).setAttribute("aria-valuetext", box(`value${k}`).textContent);
  });
  box("cards").replaceChildren(...found.cards.map(card));
  for (const id of ["cards", "charts"]) box(id).hidden = state.covered;
  box("covered").hidden = !state.covered;
  box("real").textContent = say("real", { n: city().futures });
  box("sampling").textContent = say("sampling", { weight: city().weight });
  box("facts").textContent = say("facts", { seed: found.seed, version: found.version, data: found.data, hash: node().hash.slice(0, 12) });
  box("command").textContent = `jiangmen run --from-url "${node().address}"`;
  document.body.dataset.hash = node().hash;
  if (!state.covered) await Promise.all(state.charts.map((_, side) => fill(side)));
}

function menu(list, chosen, label, change) {
  const options = list.map((one, k) => element("option", { value: k, textContent: one.title[state.lang], selected: k === chosen }));
  const made = element("select", { onchange: () => change(Number(made.value)) }, ...options);
  made.setAttribute("aria-label", say(label));
  return made;
}

function tick(key, label) {
  const input = element("input", { type: "checkbox", checked: state[key], id: `tick_${key}`,
    onchange: async () => { state[key] = input.checked; await moved(); } });
  return element("label", {}, input, ` ${say(label)}`);
}

/** Everything anew: at the start and for another language or city. */
async function layOut() {
  document.documentElement.lang = state.lang === "zh" ? "zh-CN" : "en";
  for (const key of ["title", "question", "about"]) box(key).textContent = found[key][state.lang];
  document.title = found.title[state.lang];
  box("language").textContent = say("language");
  box("covered").textContent = say("covered");
  box("repeat").textContent = say("repeat");
  box("levers").replaceChildren(...found.axes.map((axis, k) => {
    const input = element("input", { type: "range", id: `lever${k}`, min: 0, max: axis.positions.length - 1, step: 1,
      value: state.at[k], oninput: async () => { state.at[k] = Number(input.value); await moved(); } });
    const label = element("label", { htmlFor: `lever${k}`, textContent: axis.title[state.lang] });
    return element("div", { className: "lever" }, label, input, element("output", { id: `value${k}` }));
  }));
  const sizes = found.cities.map((one, k) => ({ title: { [state.lang]: say("size", { percent: 100 * one.scale, people: one.people.toLocaleString("en-US") }) } }));
  const size = element("label", {}, `${say("city_size")} `, menu(sizes, state.city, "city_size", async k => { state.city = k; await layOut(); }));
  box("switches").replaceChildren(...(sizes.length > 1 ? [size] : []), tick("each", "each_future"), tick("covered", "hide"));
  box("charts").replaceChildren(...state.charts.map(([indicator, place], side) => {
    const again = which => async k => { state.charts[side][which] = k; await drawChart(side); };
    const menus = element("div", { className: "menus" },
      menu(found.indicators, indicator, "indicator", again(0)), menu(found.places, place, "place", again(1)));
    const drawing = element("div", { className: "drawing", id: `drawing${side}` });
    drawing.setAttribute("role", "img");
    const table = element("details", {}, element("summary", { textContent: say("table") }), element("table", { id: `table${side}` }));
    return element("div", { className: "chart" }, menus, drawing, table);
  }));
  await Promise.all(state.charts.map((_, side) => drawChart(side)));
  await moved();
  document.body.dataset.ready = "yes";
}

box("language").onclick = async () => { state.lang = state.lang === "zh" ? "en" : "zh"; await layOut(); };
await layOut();
