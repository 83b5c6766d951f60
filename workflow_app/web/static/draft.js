// A draft survives a dead line: kept in the browser until the server confirms it,
// and sent by itself when the writer pauses, when the line is back and when she leaves. What is
// kept is read as changes of what the page showed then, so that a text somebody else changed
// meanwhile is not overwritten unseen.
import { addRow, blankRow } from "./rows.js";

const PAUSE = 4000;
const LONGEST_PAUSE = 300000;
const PASTE = "_paste.";
const [SAVED, UNSAVED] = ["saved", "unsaved"];
const pages = new Set();

export function keepDraft(form) {
  const key = `draft-${form.dataset.draft}`;
  const shown = form.querySelector("[data-saved-at]");
  // What a browser puts back into fields by itself is told from what is stored by nobody.
  form.autocomplete = "off";
  const stored = read(form, asStored);
  const page = { form, key, shown, base: unpasted(stored), tries: 0, unsent: false };
  const kept = JSON.parse(localStorage.getItem(key) || "null");
  const isLater = kept?.version !== form.elements._version.value;
  const isOwed = kept?.base && !arrived(kept, page.base, isLater);
  if (isOwed && !("unkept" in form.dataset)) restore(form, kept);
  // A page that shows what was refused holds it, and nobody else does yet.
  if ("unkept" in form.dataset) keepOn(page, kept);
  else if (same(read(form), stored)) localStorage.removeItem(key);
  else if (isOwed && isLater) {
    // The version she wrote on lets the server see which fields two people changed.
    form.elements._version.value = kept.version;
    localStorage.setItem(key, JSON.stringify({ ...kept, sent: false }));
    page.base = mine(kept, page.base);
    say(page, form.dataset.merged, UNSAVED);
  } else {
    // Put back, or typed while this file was on its way.
    keep(page);
    say(page, isOwed ? form.dataset.restored : form.dataset.waiting, UNSAVED);
    later(page);
  }
  pages.add(page);
  form.addEventListener("input", () => {
    if (!page.unsent && shown?.dataset.is === SAVED) say(page, form.dataset.waiting, UNSAVED);
    page.unsent = true;
    page.isLeaving = false;
    keep(page);
    later(page);
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(page.timer);
    if (!page.isAnswered && (page.tries || !navigator.onLine)) return hold(page, event);
    page.isAnswered = page.unsent = false;
    page.isGone = true;
    const mine = JSON.parse(localStorage.getItem(key) || "null");
    if (mine) localStorage.setItem(key, JSON.stringify({ ...mine, sent: true }));
  });
  addEventListener("online", () => page.unsent && send(page));
  // The page that comes may be older than the answer that is still on its way: the copy waits for it.
  addEventListener("beforeunload", () => { page.isLeaving = true; });
  // A page that a browser has frozen knows nothing of what the server did with it.
  addEventListener("pageshow", ({ persisted }) => persisted && (page.isGone || page.unsent) && navigator.onLine && location.reload());
  // What a browser does not take with it while it leaves is in the copy, and put back next time.
  addEventListener("pagehide", () => {
    if (page.unsent && !page.sending && navigator.onLine) post(page, true).catch(() => {});
  });
}

// Says of which parts of a long text the browser keeps something that was not sent from here.
export function markKept(list) {
  for (const link of list.querySelectorAll("[data-part]:not([aria-current])")) {
    const kept = JSON.parse(localStorage.getItem(`draft-${list.dataset.kept}${link.dataset.part}`) || "null");
    if (kept && !kept.sent)
      link.append(Object.assign(document.createElement("span"), { className: "kept-here", textContent: list.dataset.said }));
  }
}

// Sends what is not sent yet, for who is about to leave.
export function sendAll() {
  return Promise.all([...pages].filter((page) => page.unsent).map(send));
}

function keepOn(page, kept) {
  if (!kept?.base) return;
  page.base = kept.base;
  localStorage.setItem(page.key, JSON.stringify({ ...kept, sent: false }));
}

function keep({ form, key, base }) {
  const version = form.elements._version.value;
  localStorage.setItem(key, JSON.stringify({ version, values: read(form), base }));
}

// Every failure doubles the pause before the next try.
function later(page) {
  clearTimeout(page.timer);
  const pause = Number(page.form.dataset.pause || PAUSE) * 2 ** page.tries;
  page.timer = setTimeout(() => send(page), Math.min(pause, LONGEST_PAUSE));
}

function post({ form }, keepalive = false) {
  const headers = { "X-Requested-With": "fetch" };
  return fetch(form.action, { method: "POST", body: new FormData(form), headers, keepalive });
}

// One sending at a time: the next one stands on the version that the first is answered with.
async function send(page) {
  clearTimeout(page.timer);
  if (page.sending) return page.sending.then(() => page.unsent && send(page));
  page.sending = sendOnce(page);
  await page.sending;
}

// A button pressed over a dead line would lead to the browser's own page of error: what is written
// goes first, and the button is pressed again once that was answered.
async function hold(page, event) {
  event.preventDefault();
  event.stopPropagation();
  page.unsent = true;
  keep(page);
  say(page, page.form.dataset.offline, "offline");
  await send(page);
  if (page.tries) return;
  page.isAnswered = true;
  page.form.requestSubmit(event.submitter);
}

async function sendOnce(page) {
  const { form } = page;
  const before = read(form);
  try {
    const response = await post(page);
    if (response.status >= 500 || response.status === 429) throw new Error(response.status);
    const answer = await response.json();
    page.tries = 0;
    if (!response.ok) return say(page, Object.values(answer.fields).join(". ") || answer.message, UNSAVED);
    form.elements._version.value = answer.version;
    form.querySelectorAll("input[name^='_shown.']").forEach((input) => input.remove());
    for (const [name, value] of Object.entries(answer.shown)) form.append(hidden(`_shown.${name}`, value));
    page.base = unpasted(before);
    page.unsent = !same(read(form), before);
    if (!same(read(form), page.base)) keep(page);
    else if (!page.isLeaving) localStorage.removeItem(page.key);
    say(page, answer.saved, SAVED);
  } catch {
    say(page, form.dataset.offline, "offline");
    page.tries += 1;
    later(page);
  } finally {
    page.sending = null;
  }
}

function hidden(name, value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value });
}

function say({ shown }, text, state) {
  if (!shown || !text) return;
  shown.textContent = text;
  shown.dataset.is = state;
}

// ------------------------------------------------------------ what a form says

// `as` tells of each field what it says: what is written there now, or what came with the page.
function read(form, as = asWritten) {
  const rows = {};
  for (const sheet of form.querySelectorAll("fieldset[data-rows]"))
    rows[sheet.dataset.rows] = cards(sheet).map((card) => ({ key: keyOf(card), cells: cells(card, as) }));
  const own = [...form.elements].filter((element) => !element.closest(".row-card"));
  return { fields: values(own, (name) => name, as), rows };
}

function asWritten({ type, checked, value }) {
  return type !== "checkbox" || checked ? value : null;
}

function asStored({ type, defaultChecked, defaultValue, value, options, multiple }) {
  if (type === "checkbox") return defaultChecked ? value : null;
  if (!options) return defaultValue;
  const chosen = [...options].find((one) => one.defaultSelected) || (multiple ? null : options[0]);
  return chosen ? chosen.value : "";
}

function cards(sheet) {
  return [...sheet.querySelectorAll(".row-card")];
}

function keyOf(card) {
  return card.querySelector("input[type=hidden][name$='.key']")?.value || "";
}

function cells(card, as = asWritten) {
  return values(card.querySelectorAll("[name]"), cellName, as);
}

function cellName(name) {
  return name.split(".").slice(2).join(".");
}

function values(elements, called, as) {
  const found = {};
  for (const element of elements) {
    if (!isWritten(element)) continue;
    const list = (found[called(element.name)] ??= []);
    const said = as(element);
    if (said !== null) list.push(said);
  }
  return found;
}

function isWritten(element) {
  const isOurs = element.name.startsWith("_") && !element.name.startsWith(PASTE);
  return element.name && !isOurs && !["hidden", "file", "submit"].includes(element.type);
}

// Pasted rows become rows when a button is pressed; what saves by itself leaves them in their box.
function unpasted({ fields, rows }) {
  const blank = ([name, list]) => [name, name.startsWith(PASTE) ? [""] : list];
  return { fields: Object.fromEntries(Object.entries(fields).map(blank)), rows };
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

// ------------------------------------------------------------ putting it back

// Returns a text as the server keeps it: without outer blanks, a number in its shortest writing.
function asKept(text) {
  const plain = text.trim().replace(/\s+/g, " ");
  return /^\d{1,15}([.,]\d+)?$/.test(plain) ? String(Number(plain.replace(",", "."))) : plain;
}

// Returns whether all she wrote is on the page already.
function arrived({ values: written, base, sent }, now, isLater) {
  const kept = (list) => (list || []).map(asKept);
  const alike = (one, other) => same(kept(one), kept(other));
  const alikeCells = (one, other) => Object.keys(one).every((name) => alike(one[name], other[name]));
  const wasPasted = (name) => name.startsWith(PASTE) && sent && isLater;
  const isThere = (name, row) => {
    const before = row.key && base.rows[name]?.find((one) => one.key === row.key);
    if (before && same(row, before)) return true;
    // A row that was none yet, or is about something else now, has another key since.
    const its = (now.rows[name] || []).filter((one) => one.key === row.key);
    if (row.cells._remove?.length) return !its.length;
    const isFree = !row.key || row.key.startsWith("~") || !its.length;
    return (isFree ? now.rows[name] || [] : its).some((one) => alikeCells(row.cells, one.cells));
  };
  return (
    Object.entries(written.fields).every(
      ([name, list]) => same(list, base.fields[name]) || alike(list, now.fields[name]) || wasPasted(name)) &&
    Object.entries(written.rows).every(([name, rows]) => rows.every((row) => isThere(name, row)))
  );
}

function restore(form, { values: written, base }) {
  for (const [name, list] of Object.entries(written.fields))
    if (!same(list, base.fields[name])) fill([...form.elements].filter((one) => one.name === name), list);
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
          fill([...card.querySelectorAll("[name]")].filter((one) => cellName(one.name) === cell), list);
    }
  }
}

function isBlank(sheet, row) {
  const pattern = blankRow(sheet);
  return !pattern || same(cells(pattern), row.cells);
}

function fill(elements, list) {
  elements.filter(isWritten).forEach((element, place) => {
    const wanted = element.type === "checkbox" ? list.includes(element.value) : list[place] ?? "";
    const part = element.type === "checkbox" ? "checked" : "value";
    if (element[part] === wanted) return;
    element[part] = wanted;
    if (element.name.startsWith(PASTE)) element.closest("details").open = true;
    element.dispatchEvent(new Event("change", { bubbles: true }));
  });
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
