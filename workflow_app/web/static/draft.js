// A draft survives a dead line: kept in the browser until the server confirms it.

export function keepDraft(form) {
  const key = `draft-${form.dataset.draft}`;
  const version = form.elements._version.value;
  const kept = JSON.parse(localStorage.getItem(key) || "null");
  if (kept && kept.version === version) restore(form, kept.values);
  else localStorage.removeItem(key);
  form.addEventListener("input", () => {
    const values = [...new FormData(form)].filter(([name]) => !name.startsWith("_") && name !== "csrf_token");
    localStorage.setItem(key, JSON.stringify({ version, values }));
  });
}

function restore(form, values) {
  const seen = new Map();
  for (const [name, value] of values) seen.set(name, [...(seen.get(name) || []), value]);
  for (const field of form.elements) {
    if (!field.name || field.name.startsWith("_") || field.type === "hidden") continue;
    const kept = seen.get(field.name);
    if (field.type === "checkbox") field.checked = Boolean(kept && kept.includes(field.value));
    else if (kept) field.value = kept.shift();
  }
}
