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
