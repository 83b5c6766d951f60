// A draft survives a dead line: kept in the browser until the server confirms it,
// and sent by itself when the writer pauses. What is kept is read as changes of what the page
// showed then, so that a text somebody else changed meanwhile is not overwritten unseen.
import { addRow, blankRow } from "./rows.js";

const PAUSE = 4000;

export function keepDraft(form) {
  const key = `draft-${form.dataset.draft}`;
  const shown = form.querySelector("[data-saved-at]");
  const page = { key, shown, base: read(form) };
  const kept = JSON.parse(localStorage.getItem(key) || "null");
  // A page that shows what was refused holds it, and nobody else does yet.
  if ("unkept" in form.dataset) keepOn(page, kept);
  else if (!kept?.base || arrived(kept, page.base) || !restore(form, kept)) localStorage.removeItem(key);
  else if (kept.version === form.elements._version.value) say(shown, form.dataset.restored);
  else {
    // The version she wrote on lets the server see which fields two people changed.
    form.elements._version.value = kept.version;
    page.base = mine(kept, page.base);
    say(shown, form.dataset.merged);
  }
  let timer = 0;
  form.addEventListener("input", () => {
    const version = form.elements._version.value;
    localStorage.setItem(key, JSON.stringify({ version, values: read(form), base: page.base }));
    clearTimeout(timer);
    timer = setTimeout(() => send(form, page), Number(form.dataset.pause || PAUSE));
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    const mine = JSON.parse(localStorage.getItem(key) || "null");
    if (mine) localStorage.setItem(key, JSON.stringify({ ...mine, sent: true }));
  });
}

function keepOn(page, kept) {
  if (!kept?.base) return;
  page.base = kept.base;
  localStorage.setItem(page.key, JSON.stringify({ ...kept, sent: false }));
}

async function send(form, page) {
  const before = read(form);
  try {
    const response = await fetch(form.action, {
      method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" },
    });
    const answer = await response.json();
    if (!response.ok) return say(page.shown, Object.values(answer.fields).join(". ") || answer.message);
    form.elements._version.value = answer.version;
    form.querySelectorAll("input[name^='_shown.']").forEach((input) => input.remove());
    for (const [name, value] of Object.entries(answer.shown)) form.append(hidden(`_shown.${name}`, value));
    page.base = before;
    if (same(read(form), before)) localStorage.removeItem(page.key);
    say(page.shown, answer.saved);
  } catch {
    say(page.shown, form.dataset.offline);
  }
}

function hidden(name, value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value });
}

function say(place, text) {
  if (place && text) place.textContent = text;
}

// ------------------------------------------------------------ what a form says

function read(form) {
  const rows = {};
  for (const sheet of form.querySelectorAll("fieldset[data-rows]"))
    rows[sheet.dataset.rows] = cards(sheet).map((card) => ({ key: keyOf(card), cells: cells(card) }));
  const own = [...form.elements].filter((element) => !element.closest("fieldset[data-rows]"));
  return { fields: values(own, (name) => name), rows };
}

function cards(sheet) {
  return [...sheet.querySelectorAll(".row-card")];
}

function keyOf(card) {
  return card.querySelector("input[type=hidden][name$='.key']")?.value || "";
}

function cells(card) {
  return values(card.querySelectorAll("[name]"), cellName);
}

function cellName(name) {
  return name.split(".").slice(2).join(".");
}

function values(elements, called) {
  const found = {};
  for (const element of elements) {
    if (!isWritten(element)) continue;
    const list = (found[called(element.name)] ??= []);
    if (element.type !== "checkbox" || element.checked) list.push(element.value);
  }
  return found;
}

function isWritten(element) {
  return element.name && !element.name.startsWith("_") && !["hidden", "file", "submit"].includes(element.type);
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

// ------------------------------------------------------------ putting it back

// Returns whether all she wrote is on the page already, as the server keeps text: without outer blanks.
function arrived({ values: written, base }, now) {
  const kept = (list) => (list || []).map((text) => text.trim().replace(/\s+/g, " "));
  const alike = (one, other) => same(kept(one), kept(other));
  const alikeCells = (one, other) => Object.keys(one).every((name) => alike(one[name], other[name]));
  const isThere = (name, row) => {
    const before = row.key && base.rows[name]?.find((one) => one.key === row.key);
    if (before && same(row, before)) return true;
    const found = (now.rows[name] || []).filter((one) => !row.key || one.key === row.key);
    if (row.cells._remove?.length) return !found.length;
    return found.some((one) => alikeCells(row.cells, one.cells));
  };
  return (
    Object.entries(written.fields).every(
      ([name, list]) => same(list, base.fields[name]) || alike(list, now.fields[name])) &&
    Object.entries(written.rows).every(([name, rows]) => rows.every((row) => isThere(name, row)))
  );
}

// Returns whether anything on the page changed by it.
function restore(form, { values: written, base }) {
  let changed = false;
  const put = (elements, list) => { changed = fill(elements, list) || changed; };
  for (const [name, list] of Object.entries(written.fields))
    if (!same(list, base.fields[name])) put([...form.elements].filter((one) => one.name === name), list);
  for (const sheet of form.querySelectorAll("fieldset[data-rows]")) {
    const name = sheet.dataset.rows;
    const free = cards(sheet).filter((card) => !keyOf(card));
    for (const row of written.rows[name] || []) {
      const old = row.key && base.rows[name]?.find((one) => one.key === row.key);
      if (old ? same(row, old) : isBlank(sheet, row)) continue;
      const there = row.key && cards(sheet).find((card) => keyOf(card) === row.key);
      const card = there || free.shift() || addRow(sheet);
      for (const [cell, list] of Object.entries(card ? row.cells : {}))
        if (!old || !there || !same(list, old.cells[cell]))
          put([...card.querySelectorAll("[name]")].filter((one) => cellName(one.name) === cell), list);
    }
  }
  return changed;
}

function isBlank(sheet, row) {
  const pattern = blankRow(sheet);
  return !pattern || same(cells(pattern), row.cells);
}

function fill(elements, list) {
  let changed = false;
  elements.filter(isWritten).forEach((element, place) => {
    const wanted = element.type === "checkbox" ? list.includes(element.value) : list[place] ?? "";
    const part = element.type === "checkbox" ? "checked" : "value";
    if (element[part] === wanted) return;
    element[part] = wanted;
    element.dispatchEvent(new Event("change", { bubbles: true }));
    changed = true;
  });
  return changed;
}

// Returns what the page shows, with her own fields as they were when she began to write.
function mine({ values: written, base }, now) {
  const fields = { ...now.fields };
  for (const [name, list] of Object.entries(written.fields))
    if (!same(list, base.fields[name])) fields[name] = base.fields[name];
  const rows = { ...now.rows };
  for (const [name, list] of Object.entries(now.rows))
    rows[name] = list.map((row) => {
      const before = base.rows[name]?.find((one) => one.key === row.key);
      const after = written.rows[name]?.find((one) => one.key === row.key);
      return row.key && before && after && !same(before, after) ? before : row;
    });
  return { fields, rows };
}
