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
