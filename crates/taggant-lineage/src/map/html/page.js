"use strict";
(() => {
const SVG = "http://www.w3.org/2000/svg";
const by = (id) => document.getElementById(id);
const D = JSON.parse(by("data").textContent);
const { names: N, rows: R, sizes: Z, protections: P } = D;
const COUNT = R.count.length;
const svg = by("map");
const wires = by("wires");

/* Fields, numbered over all datasets as they stand. */
const fields = [];
const sets = D.sets.map((set, at) => {
  const first = fields.length;
  for (const [path, ...categories] of set.fields) fields.push({ set: at, path, categories });
  return { name: set.name, first, end: fields.length, open: D.unfolded };
});
const fieldName = (f) => N[sets[fields[f].set].name] + "." + N[fields[f].path];
const placeOf = (row) => (R.out[row] ? D.places : D.sources)[R.place[row]];

/* Elements by the id that the picture gives them: s1 source, d1 dataset, f1 field, p1 place. */
const boxes = new Map();
for (const box of svg.querySelectorAll(".n")) boxes.set(box.dataset.n, box);
const target = (id) => (id[0] === "d" ? boxes.get(id).querySelector(".head") : boxes.get(id));
const shown = new Uint8Array(COUNT).fill(1);
let chosen = null;

function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "class") element.className = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}
/* Long names may break after their separators. */
function soft(text) {
  const fragment = document.createDocumentFragment();
  for (const part of text.split(/(?<=[./@_])(?!\/)/)) fragment.append(part, make("wbr"));
  return fragment;
}
const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
const minute = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ");
const number = (value) => value.toLocaleString("en");
const start = (id) => (by(id).value ? Date.parse(by(id).value) / 1000 : null);
const isBelow = (key, other) => key === other || key.startsWith(other + ".");
const chip = (p) => make("span", { class: "chip c-" + P[p], title: P[p] }, D.letters[p]);

/* What of the rows is asked about. */
function filter() {
  const q = by("q").value.trim().toLowerCase();
  const [category, purpose, actor, place] = ["category", "purpose", "actor", "place"]
    .map((id) => by(id).value);
  const [after, before, since] = ["after", "before", "since"].map(start);
  const fresh = by("fresh").checked && since !== null;
  const protections = P.map((_, p) => by("protection-" + p).checked);
  const hit = q ? N.map((name) => name.toLowerCase().includes(q)) : null;
  const field = fields.map((own, f) =>
    !category || own.categories.some((key) => isBelow(N[key], category)));
  const found = q ? fields.map((own, f) =>
    fieldName(f).toLowerCase().includes(q) || own.categories.some((key) => hit[key])) : null;
  for (let row = 0; row < COUNT; row++) {
    shown[row] = field[R.field[row]] && protections[R.protection[row]]
      && (!purpose || isBelow(N[R.purpose[row]], purpose))
      && (!actor || N[R.actor[row]] === actor || N[R.behalf[row]] === actor)
      && (!place || N[placeOf(row)] === place)
      && (after === null || R.last[row] >= after)
      && (before === null || R.first[row] < before + 86400)
      && (!fresh || R.first[row] >= since)
      && (!q || found[R.field[row]] || hit[placeOf(row)] || hit[R.purpose[row]]
        || hit[R.actor[row]] || hit[R.behalf[row]] || hit[R.action[row]]) ? 1 : 0;
  }
  const active = [["search", q], ["category", category], ["purpose", purpose], ["actor", actor],
    ["place", place], ["seen from", by("after").value], ["to", by("before").value],
    ["new since", fresh ? by("since").value : ""],
    ["protection", protections.every(Boolean) ? "" : P.filter((_, p) => protections[p]).join(", ")]]
    .filter(([, value]) => value).map(([key, value]) => key + " " + value);
  by("active").textContent = active.length ? "Shown: " + active.join("; ") : "";
  return active.length > 0;
}

/* Which boxes have rows left, and how protected. */
function census() {
  const census = { s: new Map(), p: new Map(), d: new Map(), f: new Map() };
  const add = (kind, at, mask) => census[kind].set(at, (census[kind].get(at) || 0) | mask);
  for (let row = 0; row < COUNT; row++) {
    if (!shown[row]) continue;
    const bit = 1 << R.protection[row];
    const f = R.field[row];
    add(R.out[row] ? "p" : "s", R.place[row], bit);
    add("f", f, R.out[row] ? bit : 0);
    add("d", fields[f].set, R.out[row] ? bit : 0);
  }
  return census;
}

/* Columns from top to bottom, as the library stacks them: see layout/stack.rs. */
let at = {};
function stack(census, filtered) {
  const kept = (kind, index) => !filtered || census[kind].has(index);
  const column = (kind, length, height) => {
    const list = [];
    for (let index = 0; index < length; index++) {
      if (kept(kind, index)) list.push({ index, height: height(index), y: 0 });
    }
    return list;
  };
  const rowsOf = sets.map((set) => {
    const list = [];
    for (let f = set.first; set.open && f < set.end; f++) if (kept("f", f)) list.push(f);
    return list;
  });
  const s = column("s", D.sources.length, () => Z.place);
  const d = column("d", sets.length, (set) => Z.head + rowsOf[set].length * Z.row);
  const p = column("p", D.places.length, () => Z.place);
  const size = (list) => list.reduce((sum, node) => sum + node.height + Z.gap, 0);
  const height = Z.top + Math.max(size(s), size(d), size(p)) + Z.gap;
  const bottom = height - Z.gap;
  const nodes = Math.max(d.length, 1);
  const free = bottom - Z.top - size(d);
  const extra = Math.min(Math.max(Math.trunc(free / nodes), 0), 3 * Z.gap);
  let y = Z.top + Math.trunc(Math.max(free - extra * nodes, 0) / 2);
  at = { s: new Map(), d: new Map(), f: new Map(), p: new Map(), height, rowsOf };
  for (const node of d) {
    node.y = y + Math.trunc(extra / 2);
    y += node.height + Z.gap + extra;
    at.d.set(node.index, node.y);
    rowsOf[node.index].forEach((f, row) => at.f.set(f, node.y + Z.head + row * Z.row));
  }
  for (const [kind, list] of [["s", s], ["p", p]]) near(kind, list, bottom);
}
const endY = (f) => at.f.has(f) ? at.f.get(f) + Z.row / 2 : at.d.get(fields[f].set) + Z.head / 2;
function near(kind, list, bottom) {
  const sums = new Map();
  const seen = new Set();
  for (let row = 0; row < COUNT; row++) {
    if (!shown[row] || R.out[row] !== (kind === "p" ? 1 : 0)) continue;
    const end = at.f.has(R.field[row]) ? R.field[row] : -1 - fields[R.field[row]].set;
    const key = end * 65536 + R.place[row];
    if (seen.has(key)) continue;
    seen.add(key);
    const sum = sums.get(R.place[row]) || [0, 0];
    sums.set(R.place[row], [sum[0] + endY(R.field[row]), sum[1] + 1]);
  }
  let free = Z.top;
  for (const node of list) {
    const sum = sums.get(node.index);
    node.y = Math.max(sum ? sum[0] / sum[1] - node.height / 2 : free, free);
    free = node.y + node.height + Z.gap;
  }
  let limit = bottom;
  for (const node of [...list].reverse()) {
    node.y = Math.min(node.y, limit - node.height);
    limit = node.y - Z.gap;
    at[kind].set(node.index, node.y);
  }
}

function moveBoxes(census) {
  for (const [id, box] of boxes) {
    const kind = id[0];
    const index = Number(id.slice(1));
    const y = at[kind].get(index);
    box.classList.toggle("gone", y === undefined);
    if (y === undefined) continue;
    const x = { s: Z.x[0], d: Z.x[1], f: 0, p: Z.x[2] }[kind];
    const top = kind === "f" ? y - at.d.get(fields[index].set) : y;
    box.setAttribute("transform", `translate(${x} ${top})`);
    if (kind === "d") {
      const rows = at.rowsOf[index].length;
      box.querySelector(".box").setAttribute("height", Z.head + rows * Z.row);
      box.classList.toggle("open", sets[index].open);
      target(id).setAttribute("aria-expanded", String(sets[index].open));
    }
    const mask = census[kind].get(index) || 0;
    for (const own of (kind === "d" ? target(id) : box).querySelectorAll(".chip")) {
      own.classList.toggle("off", !P.some((p, bit) => mask >> bit & 1 && own.classList.contains("c-" + p)));
    }
  }
  svg.setAttribute("viewBox", `0 0 ${Z.width} ${at.height}`);
}

function rewire() {
  const since = start("since");
  const found = new Map();
  for (let row = 0; row < COUNT; row++) {
    if (!shown[row]) continue;
    const f = R.field[row];
    const end = at.f.has(f) ? f : -1 - fields[f].set;
    const key = (end * 65536 + R.place[row]) * 2 + R.out[row];
    const wire = found.get(key) || { end, f, place: R.place[row], out: R.out[row], p: 9, fresh: false };
    wire.p = Math.min(wire.p, R.protection[row]);
    wire.fresh = wire.fresh || (since !== null && R.first[row] >= since);
    found.set(key, wire);
  }
  const fragment = document.createDocumentFragment();
  for (const wire of [...found.values()].sort((a, b) => b.p - a.p)) {
    const path = document.createElementNS(SVG, "path");
    const end = wire.end < 0 ? "d" + (-1 - wire.end) : "f" + wire.end;
    const y1 = endY(wire.f);
    const y2 = at[wire.out ? "p" : "s"].get(wire.place) + Z.place / 2 + (wire.p - 2) * Z.spread;
    const [xa, ya, xb, yb] = wire.out
      ? [Z.x[1] + Z.w[1], y1, Z.x[2], y2] : [Z.x[0] + Z.w[0], y2, Z.x[1], y1];
    const m = (xa + xb) / 2;
    path.setAttribute("d", `M${xa} ${ya}C${m} ${ya} ${m} ${yb} ${xb} ${yb}`);
    path.setAttribute("class", `w ${wire.out ? "to" : "from"} p-${P[wire.p]}${wire.fresh ? " new" : ""}`);
    path.dataset.w = `${end} ${wire.out ? "p" : "s"}${wire.place}`;
    fragment.append(path);
  }
  wires.replaceChildren(fragment);
  svg.classList.toggle("many", found.size > 600);
}

/* Values made from other fields: dotted arcs at the left of the middle column. */
function drawMade() {
  const fragment = document.createDocumentFragment();
  const seen = new Set();
  for (const { field, from } of D.made) {
    if (from === null || !at.d.has(fields[field].set) || !at.d.has(fields[from].set)) continue;
    const [y1, y2] = [endY(from), endY(field)];
    if (seen.has(y1 + " " + y2) || seen.size > 150) continue;
    seen.add(y1 + " " + y2);
    const x = Z.x[1];
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", "made");
    path.setAttribute("d", `M${x} ${y1}C${x - 34} ${y1} ${x - 34} ${y2} ${x - 5} ${y2}`);
    const arrow = document.createElementNS(SVG, "path");
    arrow.setAttribute("class", "made-end");
    arrow.setAttribute("d", `M${x} ${y2}l-8 -4v8z`);
    fragment.append(path, arrow);
  }
  by("made").replaceChildren(fragment);
}

/* Freshness of boxes: everything of them that is shown was first seen on the date or later. */
function freshen() {
  const since = start("since");
  const old = new Set();
  const seen = new Set();
  for (let row = 0; row < COUNT; row++) {
    const f = R.field[row];
    const ids = [(R.out[row] ? "p" : "s") + R.place[row], "d" + fields[f].set, "f" + f];
    for (const id of ids) {
      seen.add(id);
      if (since === null || R.first[row] < since) old.add(id);
    }
  }
  for (const [id, box] of boxes) box.classList.toggle("new", seen.has(id) && !old.has(id));
}

/* The list: rows of a field, a place and a protection are one line. */
let lines = [];
let lineCount = 0;
const PAGE = 200;
function group(rows, keyOf) {
  const found = new Map();
  for (const row of rows) {
    const key = keyOf(row);
    let line = found.get(key);
    if (!line) {
      line = { row, rows: [], count: 0, first: Infinity, last: 0, purposes: new Set(), who: new Set() };
      found.set(key, line);
    }
    line.rows.push(row);
    line.count += R.count[row];
    line.first = Math.min(line.first, R.first[row]);
    line.last = Math.max(line.last, R.last[row]);
    if (R.purpose[row]) line.purposes.add(N[R.purpose[row]]);
    if (R.actor[row]) line.who.add(N[R.actor[row]] + (R.behalf[row] ? " for " + N[R.behalf[row]] : ""));
  }
  return [...found.values()];
}
function* shownRows(wanted) {
  for (let row = 0; row < COUNT; row++) if (shown[row] && (!wanted || wanted(row))) yield row;
}
const linkKey = (row) =>
  ((R.protection[row] * 2 + 1 - R.out[row]) * fields.length + R.field[row]) * 65536 + R.place[row];
function relist() {
  lines = group(shownRows(), linkKey).sort((a, b) => linkKey(a.row) - linkKey(b.row));
  by("table").tBodies[0].replaceChildren();
  lineCount = 0;
  moreLines(PAGE);
  const since = start("since");
  const fresh = since === null ? 0 : lines.filter((line) => line.first >= since).length;
  by("status").textContent = `${number(lines.length)} of ${number(allLines)} links shown`
    + (since === null ? "" : `, ${number(fresh)} new`);
}
function moreLines(count) {
  const since = start("since");
  const fragment = document.createDocumentFragment();
  for (const line of lines.slice(lineCount, lineCount + count)) {
    const { row } = line;
    const p = R.protection[row];
    const cell = (head, text, kind = "") => make("td", { class: kind, "data-h": head }, soft(text));
    const cells = [make("td", { class: "keep" }, chip(p), " " + P[p]),
      make("td", {}, make("b", {}, soft(fieldName(R.field[row])))),
      cell("Category", fields[R.field[row]].categories.map((key) => N[key]).join(", "), "key-text"),
      cell("Way", R.out[row] ? "to" : "from"),
      cell("Place", N[placeOf(row)], "where"),
      cell("What for", [...line.purposes].join(", ") || "–", "key-text"),
      cell("By", [...line.who].join(", ") || "–"),
      cell("Times", number(line.count), "num"),
      make("td", { class: "day", "data-h": "First" }, day(line.first)),
      make("td", { class: "day", "data-h": "Last" }, day(line.last))];
    if (since !== null && line.first >= since) {
      cells[1].append(" ", make("b", { class: "tag-new" }, "NEW"));
    }
    fragment.append(make("tr", {}, ...cells));
  }
  by("table").tBodies[0].append(fragment);
  lineCount = Math.min(lineCount + count, lines.length);
  const left = lines.length - lineCount;
  by("more").replaceChildren();
  if (!lines.length) by("more").append("Nothing moved that fits the filters.");
  if (left) {
    by("more").append(`${number(left)} more lines. `,
      make("button", { type: "button", onclick: () => moreLines(1000) }, "Show more"));
  }
}

/* Details of a box or a line. */
const kindOf = { s: "Data comes from here", p: "Data goes here", d: "Dataset", f: "Field" };
function rowsOf(id) {
  const ends = id.split(" ").map((end) => [end[0], Number(end.slice(1))]);
  const fits = {
    s: (row, index) => !R.out[row] && R.place[row] === index,
    p: (row, index) => R.out[row] && R.place[row] === index,
    f: (row, index) => R.field[row] === index,
    d: (row, index) => fields[R.field[row]].set === index,
  };
  return [...shownRows((row) => ends.every(([kind, index]) => fits[kind](row, index)))];
}
function nameOf(id) {
  const index = Number(id.slice(1));
  return { s: () => N[D.sources[index]], p: () => N[D.places[index]],
    d: () => N[sets[index].name], f: () => fieldName(index) }[id[0]]();
}
const isGone = (id) => id.split(" ").some((end) => boxes.get(end).classList.contains("gone"));
function describe(id) {
  const rows = rowsOf(id);
  const panel = by("details");
  const close = make("button", { type: "button", class: "close", onclick: () => choose(null) }, "Close");
  panel.replaceChildren(close);
  if (id.includes(" ")) describeLink(panel, id, rows);
  else describeBox(panel, id, rows);
}
function facts(panel, rows) {
  const first = rows.reduce((least, row) => Math.min(least, R.first[row]), Infinity);
  const last = rows.reduce((most, row) => Math.max(most, R.last[row]), 0);
  const set = (column) => [...new Set(rows.map((row) => N[R[column][row]]).filter(Boolean))].sort();
  const list = make("dl", {});
  const add = (name, value) => value && list.append(make("dt", {}, name), make("dd", {}, soft(value)));
  if (rows.length) {
    add("First seen", minute(first) + " UTC");
    add("Last seen", minute(last) + " UTC");
  }
  add("What for", set("purpose").join(", "));
  add("By", set("actor").join(", "));
  add("On behalf of", set("behalf").join(", "));
  panel.append(list);
}
function describeBox(panel, id, rows) {
  panel.append(make("h3", {}, soft(nameOf(id))), make("p", { class: "meta" }, kindOf[id[0]]));
  const index = Number(id.slice(1));
  const own = id[0] === "f" ? [index] : [];
  for (let f = sets[index]?.first; id[0] === "d" && f < sets[index].end; f++) own.push(f);
  const categories = [...new Set(own.flatMap((f) => fields[f].categories.map((key) => N[key])))];
  if (categories.length) panel.append(make("p", {}, "Category: " + categories.join(", ")));
  facts(panel, rows);
  if (!rows.length) panel.append(make("p", {}, "Nothing was seen here with these filters."));
  for (const [out, title] of [[1, "Goes out"], [0, "Comes in"]]) {
    const keyOf = id[0] === "f" ? linkKey : (row) => (R.protection[row] * sets.length
      + fields[R.field[row]].set) * 65536 + R.place[row];
    const links = group(rows.filter((row) => R.out[row] === out), keyOf)
      .sort((a, b) => keyOf(a.row) - keyOf(b.row));
    if (!links.length) continue;
    panel.append(make("h4", {}, title));
    const list = make("ul", {});
    for (const line of links.slice(0, PAGE)) list.append(make("li", {}, linkButton(id, line)));
    if (links.length > PAGE) list.append(make("li", {}, `and ${number(links.length - PAGE)} more`));
    panel.append(list);
  }
  const made = D.made.filter((made) => own.includes(made.field));
  const used = D.made.filter((made) => own.includes(made.from));
  for (const [title, list] of [["Made from", made.map((m) => m.from === null ? N[m.text] : fieldName(m.from))],
    ["Others are made from it", used.map((m) => fieldName(m.field))]]) {
    if (list.length) panel.append(make("h4", {}, title), make("p", {}, list.join(", ")));
  }
}
function linkButton(id, line) {
  const { row } = line;
  const place = (R.out[row] ? "to " : "from ") + N[placeOf(row)];
  const own = [...new Set(line.rows.map((row) => R.field[row]))].sort((a, b) => a - b);
  const paths = own.map((f) => N[fields[f].path]).join(", ");
  const set = N[sets[fields[R.field[row]].set].name];
  const text = { s: set + ": " + paths, p: set + ": " + paths, f: place, d: place }[id[0]];
  const end = own.length === 1 ? "f" + own[0] : "d" + fields[own[0]].set;
  const most = Math.max(...own.map((f) => line.rows.reduce(
    (sum, row) => sum + (R.field[row] === f ? R.count[row] : 0), 0)));
  const details = [P[R.protection[row]], `${number(most)} times`, "last " + day(line.last)];
  if (id[0] === "d") details.unshift(paths);
  return make("button", { type: "button",
    onclick: () => choose(`${end} ${R.out[row] ? "p" : "s"}${R.place[row]}`, true) },
  chip(R.protection[row]), " ", soft(text), make("br"), make("small", {}, details.join(" · ")));
}
function describeLink(panel, id, rows) {
  const [end, place] = id.split(" ");
  const out = place[0] === "p";
  panel.append(make("h3", {}, soft(nameOf(end))),
    make("p", {}, soft((out ? "to " : "from ") + nameOf(place))));
  const total = rows.reduce((sum, row) => sum + (P[R.protection[row]] === "withheld" ? 0 : R.count[row]), 0);
  panel.append(make("p", { class: "meta" }, `${number(total)} movements of single fields`));
  facts(panel, rows);
  panel.append(make("h4", {}, "What was done"));
  const list = make("ul", {});
  for (const row of rows.slice(0, PAGE).sort((a, b) => R.protection[a] - R.protection[b])) {
    const what = N[R.action[row]] + (N[R.outcome[row]] === "ok" ? "" : ": " + N[R.outcome[row]]);
    const who = [N[R.actor[row]], N[R.behalf[row]] && "for " + N[R.behalf[row]]].filter(Boolean).join(" ");
    const days = [...new Set([day(R.first[row]), day(R.last[row])])].join(" to ");
    list.append(make("li", { class: "item" }, chip(R.protection[row]),
      ` ${N[fields[R.field[row]].path]}: ${what}, ${number(R.count[row])} times`, make("br"),
      make("small", {}, soft([who && "by " + who, N[R.purpose[row]] && "what for: " + N[R.purpose[row]],
        days].filter(Boolean).join(" · ")))));
  }
  panel.append(list);
  if (rows.length > PAGE) panel.append(make("p", {}, `and ${number(rows.length - PAGE)} more`));
}

/* What belongs to what is chosen is lit, the rest fades. */
function light(id) {
  for (const box of svg.querySelectorAll(".on, .has, .chosen")) box.classList.remove("on", "has", "chosen");
  svg.classList.toggle("focus", id !== null);
  if (id === null) return;
  const on = new Set(id.split(" "));
  for (const end of id.split(" ")) target(end).classList.add("chosen");
  for (const row of rowsOf(id)) {
    on.add((R.out[row] ? "p" : "s") + R.place[row]);
    on.add("f" + R.field[row]);
    on.add("d" + fields[R.field[row]].set);
  }
  for (const end of on) {
    target(end).classList.add("on");
    if (end[0] === "d") boxes.get(end).classList.add("has");
    if (end[0] === "f") boxes.get("d" + fields[Number(end.slice(1))].set).classList.add("has");
  }
  const ends = id.split(" ");
  const wanted = new Set(ends);
  for (const end of ends) {
    const index = Number(end.slice(1));
    if (end[0] === "d") for (let f = sets[index].first; f < sets[index].end; f++) wanted.add("f" + f);
    if (end[0] === "f" && !sets[fields[index].set].open) wanted.add("d" + fields[index].set);
  }
  for (const wire of wires.children) {
    const [end, place] = wire.dataset.w.split(" ");
    wire.classList.toggle("on", ends.length > 1
      ? wanted.has(end) && wanted.has(place) : wanted.has(end) || wanted.has(place));
  }
}
let returnTo = null;
function choose(id, takeFocus) {
  const was = chosen;
  chosen = id;
  by("details").hidden = id === null;
  by("view").classList.toggle("with", id !== null);
  light(id);
  if (id === null) {
    if (was && returnTo) returnTo.focus();
    returnTo = null;
    return;
  }
  describe(id);
  if (takeFocus) {
    if (!by("details").contains(document.activeElement)) returnTo = returnTo || document.activeElement;
    by("details").focus();
  }
}

/* All again, after a filter or a fold. */
function refresh() {
  const filtered = filter();
  const counts = census();
  stack(counts, filtered);
  moveBoxes(counts);
  rewire();
  drawMade();
  freshen();
  relist();
  if (chosen && isGone(chosen)) choose(null);
  else if (chosen) choose(chosen);
  const stop = svg.querySelector('[tabindex="0"]');
  if (!stop || stop.closest(".gone")) roveTo(order()[0]);
  by("unfold").textContent = sets.every((set) => set.open) ? "Fold all fields" : "Show all fields";
}
function fold(set) {
  sets[set].open = !sets[set].open;
  refresh();
}

/* One tab stop; arrow keys go on from there. */
function column(kind) {
  const list = [...at[kind === "f" ? "d" : kind].keys()];
  if (kind !== "d" && kind !== "f") return list.map((index) => kind + index);
  return list.flatMap((set) => ["d" + set, ...at.rowsOf[set].map((f) => "f" + f)]);
}
function sorted(kind) {
  const y = (id) => at[id[0]].get(Number(id.slice(1)));
  return column(kind).sort((a, b) => y(a) - y(b));
}
const order = () => [...sorted("d"), ...sorted("s"), ...sorted("p")];
function roveTo(id, focus) {
  if (!id) return;
  for (const old of svg.querySelectorAll('[tabindex="0"]')) old.setAttribute("tabindex", "-1");
  target(id).setAttribute("tabindex", "0");
  if (focus) target(id).focus();
}
function across(id, step) {
  const columns = ["s", "d", "p"];
  const to = columns[columns.indexOf(id[0] === "f" ? "d" : id[0]) + step];
  if (!to) return id;
  const near = rowsOf(id).filter((row) => to === "d" || R.out[row] === (to === "p" ? 1 : 0))
    .sort((a, b) => R.protection[a] - R.protection[b])
    .map((row) => to !== "d" ? to + R.place[row]
      : at.f.has(R.field[row]) ? "f" + R.field[row] : "d" + fields[R.field[row]].set);
  return near[0] || sorted(to)[0] || id;
}
svg.addEventListener("keydown", (event) => {
  const id = event.target.dataset.n;
  if (!id || event.ctrlKey || event.metaKey || event.altKey) return;
  const list = sorted(id[0]);
  const step = (by) => list[Math.min(Math.max(list.indexOf(id) + by, 0), list.length - 1)];
  const go = { ArrowDown: () => step(1), ArrowUp: () => step(-1), Home: () => list[0],
    End: () => list[list.length - 1], PageDown: () => step(10), PageUp: () => step(-10),
    ArrowLeft: () => across(id, -1), ArrowRight: () => across(id, 1) }[event.key];
  if (go) roveTo(go(), true);
  else if (event.key === "Enter") choose(id, true);
  else if (event.key === " " && "df".includes(id[0])) {
    const set = id[0] === "d" ? Number(id.slice(1)) : fields[Number(id.slice(1))].set;
    fold(set);
    roveTo("d" + set, true);
  } else return;
  event.preventDefault();
});
svg.addEventListener("click", (event) => {
  const folded = event.target.closest("[data-fold]");
  if (folded) return fold(Number(folded.dataset.fold));
  const box = event.target.closest("[data-n]");
  if (box) {
    roveTo(box.dataset.n);
    returnTo = target(box.dataset.n);
    return choose(chosen === box.dataset.n ? null : box.dataset.n);
  }
  for (const shift of [0, 2, -2, 4, -4, 6, -6]) {
    const line = document.elementFromPoint(event.clientX, event.clientY + shift)?.closest("[data-w]");
    if (line) return choose(line.dataset.w);
  }
  choose(null);
});
svg.addEventListener("dblclick", (event) => {
  const head = event.target.closest(".head");
  if (head) fold(Number(head.dataset.n.slice(1)));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && chosen) choose(null);
  else if (event.key === "/" && !/INPUT|SELECT|TEXTAREA/.test(document.activeElement.tagName)) {
    by("q").focus();
    event.preventDefault();
  }
});

/* The form. */
function options(id, texts) {
  by(id).append(...[...new Set(texts)].filter(Boolean).sort()
    .map((text) => make("option", { value: text }, text)));
}
const ancestors = (key) => key.split(".").map((_, i, parts) => parts.slice(0, i + 1).join("."));
options("category", fields.flatMap((own) => own.categories.flatMap((key) => ancestors(N[key]))));
options("purpose", [...new Set(R.purpose)].flatMap((key) => ancestors(N[key])));
options("actor", [...new Set([...R.actor, ...R.behalf])].map((key) => N[key]));
options("place", [...D.places, ...D.sources].map((key) => N[key]));
P.forEach((name, p) => by("protections").append(make("label", { class: "check" },
  make("input", { type: "checkbox", id: "protection-" + p, checked: "" }), chip(p), " " + name)));
const allLines = group(shownRows(), linkKey).length;
let timer = null;
by("filters").addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(refresh, 120);
});
by("filters").addEventListener("submit", (event) => event.preventDefault());
by("filters").addEventListener("reset", () => setTimeout(refresh));
by("unfold").addEventListener("click", () => {
  const open = !sets.every((set) => set.open);
  for (const set of sets) set.open = open;
  refresh();
});
by("print").addEventListener("click", () => window.print());
window.addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.setAttribute("open", "");
});

/* The picture stands already; only what it does not have is made here. */
stack(census(), false);
drawMade();
relist();
roveTo(order()[0]);
svg.classList.toggle("many", wires.childElementCount > 600);
document.body.classList.toggle("small-map", at.height < 1000);
by("unfold").textContent = D.unfolded ? "Fold all fields" : "Show all fields";
if (window.innerWidth < 900) document.querySelector(".legend").removeAttribute("open");
document.documentElement.dataset.ready = "yes";
})();
