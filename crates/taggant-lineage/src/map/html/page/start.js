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
document.body.classList.toggle("small-map", at.height < 1000);
by("unfold").textContent = D.unfolded ? "Fold all fields" : "Show all fields";
if (window.innerWidth < 900) document.querySelector(".legend").removeAttribute("open");
document.documentElement.dataset.ready = "yes";
