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
    const links = group(rows.filter((row) => R.out[row] === out), keyOf);
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
