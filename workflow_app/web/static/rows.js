// Rows are added by a button instead of blank lines, and a removed one fades at once.
export function editRows(fieldset) {
  const blanks = [...fieldset.querySelectorAll(".row-new:not([data-typed])")];
  const pattern = blanks[0]?.cloneNode(true);
  if (!pattern) return;
  const name = fieldset.dataset.rows;
  const body = fieldset.querySelector("tbody");
  let next = fieldset.querySelectorAll(".row-card").length;
  const filled = fieldset.querySelectorAll(".row-card").length - blanks.length;
  blanks.slice(filled ? 0 : 1).forEach((row) => row.remove());
  fieldset.querySelector("[data-blank-hint]")?.remove();
  const button = Object.assign(document.createElement("button"), {
    type: "button", className: "btn btn-outline-primary btn-sm", textContent: fieldset.dataset.add,
  });
  button.addEventListener("click", () => {
    const row = numbered(pattern, name, next++);
    if (body) body.append(row);
    else button.before(row);
    row.querySelector("select, input:not([type=hidden]), textarea")?.focus();
  });
  const after = fieldset.querySelector(".sheet-scroll");
  if (after) after.after(button);
  else fieldset.append(button);
  fieldset.addEventListener("change", (event) => {
    if (event.target.name?.endsWith("._remove"))
      event.target.closest(".row-card").classList.toggle("is-removed", event.target.checked);
  });
}

function numbered(pattern, name, number) {
  const row = pattern.cloneNode(true);
  for (const part of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
    for (const attribute of ["name", "id", "for", "aria-describedby"]) {
      const value = part.getAttribute(attribute);
      if (value) part.setAttribute(attribute, value.replace(/([.-])\d+([.-])/, `$1${number}$2`));
    }
  }
  return row;
}
