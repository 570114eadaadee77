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
