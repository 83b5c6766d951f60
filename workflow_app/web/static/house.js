// Comfort only: every action of every page works without this file.
import { keepDraft } from "./draft.js";

document.querySelector("#reasons")?.focus();
document.querySelectorAll("form[data-draft]").forEach(keepDraft);
