// Comfort only: every action of every page works without this file. Each part is fetched
// by the pages that have something for it.
const parts = [
  ["form[data-draft]", "./draft.js", "keepDraft"],
  ["fieldset[data-rows]", "./rows.js", "editRows"],
  ["[data-cards]", "./cards.js", "followChoices"],
  ["form[data-bulk]", "./bulk.js", "offerCommon"],
];

document.querySelector("#reasons")?.focus();
for (const [selector, path, name] of parts) {
  const found = document.querySelectorAll(selector);
  if (found.length) import(path).then((part) => found.forEach(part[name]));
}
