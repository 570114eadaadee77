/* The list: rows of a field, a place and a protection are one line. */
let lines = [];
let lineCount = 0;
const PAGE = 200;
function group(rows, keyOf) {
  const found = new Map();
  for (const row of rows) {
    const key = keyOf(row);
    const line = found.get(key);
    if (line) {
      line.rows.push(row);
      line.count += R.count[row];
      line.first = Math.min(line.first, R.first[row]);
      line.last = Math.max(line.last, R.last[row]);
    } else {
      found.set(key, { row, key, rows: [row], count: R.count[row], first: R.first[row], last: R.last[row] });
    }
  }
  return [...found.values()].sort((a, b) => a.key - b.key);
}
const texts = (line, of) => [...new Set(line.rows.map(of).filter(Boolean))].join(", ");
const purposesOf = (line) => texts(line, (row) => N[R.purpose[row]]);
const whoOf = (line) => texts(line, (row) => R.actor[row]
  && N[R.actor[row]] + (R.behalf[row] ? " for " + N[R.behalf[row]] : ""));
function* shownRows(wanted) {
  for (let row = 0; row < COUNT; row++) if (shown[row] && (!wanted || wanted(row))) yield row;
}
const linkKey = (row) =>
  ((R.protection[row] * 2 + 1 - R.out[row]) * fields.length + R.field[row]) * 65536 + R.place[row];
function relist() {
  lines = group(shownRows(), linkKey);
  by("table").tBodies[0].replaceChildren();
  lineCount = 0;
  moreLines(PAGE);
  const since = start("since");
  const fresh = since === null ? 0 : lines.filter((line) => line.first >= since).length;
  by("status").textContent = `${number(lines.length)} of ${number(D.links)} links shown`
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
      cell("What for", purposesOf(line) || "–", "key-text"),
      cell("By", whoOf(line) || "–"),
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
