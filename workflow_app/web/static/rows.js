// Rows are added by a button instead of blank lines, and a removed one fades at once.
const sheets = new WeakMap();

export function editRows(fieldset) {
  const blanks = [...fieldset.querySelectorAll(".row-new:not([data-typed])")];
  const pattern = blanks[0]?.cloneNode(true);
  if (!pattern) return;
  const body = fieldset.querySelector("tbody");
  const count = fieldset.querySelectorAll(".row-card").length;
  blanks.slice(count > blanks.length ? 0 : 1).forEach((row) => row.remove());
  fieldset.querySelector("[data-blank-hint]")?.remove();
  const button = Object.assign(document.createElement("button"), {
    type: "button", className: "btn btn-outline-primary btn-sm", textContent: fieldset.dataset.add,
  });
  button.addEventListener("click", () => {
    addRow(fieldset).querySelector("select, input:not([type=hidden]), textarea")?.focus();
  });
  const after = fieldset.querySelector(".sheet-scroll");
  if (after) after.after(button);
  else fieldset.append(button);
  sheets.set(fieldset, { pattern, button, body, next: count });
  fieldset.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches(".grows")) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });
  fieldset.addEventListener("change", (event) => {
    if (event.target.name?.endsWith("._remove"))
      event.target.closest(".row-card").classList.toggle("is-removed", event.target.checked);
  });
}

// Returns a new blank row, already in its place; nothing where rows are not added.
export function addRow(fieldset) {
  const sheet = sheets.get(fieldset);
  if (!sheet) return null;
  const row = numbered(sheet.pattern, sheet.next++);
  if (sheet.body) sheet.body.append(row);
  else sheet.button.before(row);
  return row;
}

export function blankRow(fieldset) {
  return sheets.get(fieldset)?.pattern;
}

function numbered(pattern, number) {
  const row = pattern.cloneNode(true);
  for (const part of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
    for (const attribute of ["name", "id", "for", "aria-describedby"]) {
      const value = part.getAttribute(attribute);
      if (value) part.setAttribute(attribute, value.replace(/([.-])\d+([.-])/, `$1${number}$2`));
    }
  }
  return row;
}
