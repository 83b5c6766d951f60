// A draft survives a dead line: kept in the browser until the server confirms it,
// and sent by itself when the writer pauses.
const PAUSE = 4000;

export function keepDraft(form) {
  const key = `draft-${form.dataset.draft}`;
  const shown = form.querySelector("[data-saved-at]");
  const kept = JSON.parse(localStorage.getItem(key) || "null");
  if (kept && kept.version === form.elements._version.value) {
    restore(form, kept.values);
    say(shown, form.dataset.restored);
  } else localStorage.removeItem(key);
  let timer = 0;
  form.addEventListener("input", () => {
    const values = written(form);
    localStorage.setItem(key, JSON.stringify({ version: form.elements._version.value, values }));
    clearTimeout(timer);
    timer = setTimeout(() => send(form, key, shown), Number(form.dataset.pause || PAUSE));
  });
  form.addEventListener("submit", () => clearTimeout(timer));
}

function written(form) {
  return [...new FormData(form)].filter(
    ([name, value]) => !name.startsWith("_") && name !== "csrf_token" && typeof value === "string",
  );
}

async function send(form, key, shown) {
  const before = JSON.stringify(written(form));
  try {
    const response = await fetch(form.action, {
      method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" },
    });
    const answer = await response.json();
    if (!response.ok) return say(shown, answer.message);
    form.elements._version.value = answer.version;
    form.querySelectorAll("input[name^='_shown.']").forEach((input) => input.remove());
    for (const [name, value] of Object.entries(answer.shown)) form.append(hidden(`_shown.${name}`, value));
    if (JSON.stringify(written(form)) === before) localStorage.removeItem(key);
    say(shown, answer.saved);
  } catch {
    say(shown, form.dataset.offline);
  }
}

function hidden(name, value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value });
}

function say(place, text) {
  if (place && text) place.textContent = text;
}

function restore(form, values) {
  const seen = new Map();
  for (const [name, value] of values) seen.set(name, [...(seen.get(name) || []), value]);
  for (const field of form.elements) {
    if (!field.name || field.name.startsWith("_") || field.type === "hidden" || field.type === "file") continue;
    const kept = seen.get(field.name);
    if (field.type === "checkbox") field.checked = Boolean(kept && kept.includes(field.value));
    else if (kept) field.value = kept.shift();
  }
}
