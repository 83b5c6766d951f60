// Comfort only: every action of every page works without this file. Each part is fetched
// by the pages that have something for it, and they begin in this order: a draft is put back
// into rows that are there.
const parts = [
  ["fieldset[data-rows]", "./rows.js", "editRows"],
  ["[data-cards]", "./cards.js", "followChoices"],
  ["form[data-bulk]", "./bulk.js", "offerCommon"],
  ["[data-desk]", "./pane.js", "openBeside"],
  ["form[data-draft]", "./draft.js", "keepDraft"],
  ["[data-awaited]", "./papers.js", "awaitPapers"],
  ["[data-kept]", "./draft.js", "markKept"],
];

// The second click of a double click would be refused, and its refusal would hide the success.
document.addEventListener("submit", (event) => {
  const { dataset } = event.target;
  if (dataset.unsaved && !dataset.tried && document.querySelector("form[data-draft]")) {
    event.preventDefault();
    dataset.tried = "1";
    return import("./draft.js").then(({ sendAll }) => sendAll()).finally(() => event.target.requestSubmit());
  }
  delete dataset.tried;
  if (dataset.unsaved && !clears(dataset.unsaved, dataset.drafts || "")) return event.preventDefault();
  if (dataset.sent) event.preventDefault();
  dataset.sent = "1";
  setTimeout(() => delete dataset.sent, 3000);
});

// Who leaves a shared machine leaves none of her text on it; what could not be sent is asked about.
function clears(question, whose) {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(`draft-${whose}`));
  const unsent = keys.some((key) => !JSON.parse(localStorage.getItem(key)).sent);
  if (unsent && !confirm(question)) return false;
  keys.forEach((key) => localStorage.removeItem(key));
  return true;
}

// One key alone acts only outside what is typed into, and for whom it does not disturb.
if (document.documentElement.dataset.keys !== "off") document.addEventListener("keydown", (event) => {
  if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog") || event.ctrlKey || event.altKey || event.metaKey) return;
  const find = document.querySelector("#find");
  if (event.key === "/" && find) { event.preventDefault(); find.focus(); }
  const help = document.querySelector("a[data-help]");
  if (event.key === "?" && help) location.assign(`${help.href}#keys`);
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
document.querySelector("#reasons")?.focus();
async function furnish(root) {
  const wanted = parts
    .map(([selector, path, name]) => ({ found: root.querySelectorAll(selector), path, name }))
    .filter(({ found }) => found.length);
  const loaded = await Promise.allSettled(wanted.map(({ path }) => import(path)));
  loaded.forEach(({ value }, place) => {
    const { found, name } = wanted[place];
    if (value) found.forEach((element) => value[name](element));
  });
}
// What is shown later, in a dialog, gets the same.
document.documentElement.furnish = furnish;
await furnish(document);
// Whoever drives the page by a program waits for this.
document.documentElement.dataset.ready = "";
