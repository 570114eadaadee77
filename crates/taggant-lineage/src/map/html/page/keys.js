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
