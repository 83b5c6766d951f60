// The case beside the queue. A narrow page and a modified click follow the link as it stands.
const WIDE = matchMedia("(min-width: 64.01rem)");

const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

export function openBeside(desk) {
  const links = [...desk.querySelectorAll("a[data-pane]")];
  const pane = desk.querySelector("[data-pane-here]");
  let asked = 0;

  // The decision stands in sight however far the page is scrolled.
  function fit() {
    const top = Math.max(16, desk.getBoundingClientRect().top);
    pane.style.maxHeight = `${Math.max(240, innerHeight - top - 16)}px`;
  }

  async function open(link, isAsked) {
    const mine = ++asked;
    const answer = await fetch(link.dataset.pane, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
    if (mine !== asked) return;
    // A visit that has ended, a case that is gone: its own page says so.
    if (!answer?.ok || answer.redirected) return isAsked && location.assign(link.href);
    pane.replaceChildren(...parsed(await answer.text()).body.childNodes);
    pane.hidden = false;
    pane.scrollTop = 0;
    fit();
    links.forEach((one) => one.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
  }

  async function ask(link) {
    const answer = await fetch(link.href).catch(() => null);
    if (!answer?.ok || answer.redirected) return location.assign(link.href);
    const page = parsed(await answer.text());
    const form = page.querySelector("main form.card-form");
    if (!form) return location.assign(link.href);
    const dialog = document.createElement("dialog");
    dialog.className = "panel ask";
    dialog.setAttribute("aria-label", link.textContent.trim());
    dialog.append(...page.querySelector("main").children);
    dialog.querySelector("form.card-form a.btn-link")?.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.close();
    });
    dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
    for (const sheet of page.querySelectorAll("link[rel=stylesheet]")) {
      if (![...document.styleSheets].some(({ href }) => href === sheet.href)) document.head.append(sheet);
    }
    document.body.append(dialog);
    dialog.showModal();
    await document.documentElement.furnish?.(dialog);
  }

  desk.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-pane], a[data-ask]");
    if (!link || !WIDE.matches || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.dataset.pane) open(link, true).then(() => pane.focus({ preventScroll: true }));
    else ask(link);
  });
  // These keys work in the list alone, so that they get in nobody's way: j and k walk, x ticks.
  desk.querySelector("form").addEventListener("keydown", (event) => {
    if (document.documentElement.dataset.keys === "off") return;
    if (event.target.matches("input:not([type=checkbox]), select") || event.ctrlKey || event.altKey || event.metaKey) return;
    const row = event.target.closest("li");
    const step = { j: 1, k: -1 }[event.key];
    if (step) links[links.indexOf(row?.querySelector("a[data-pane]")) + step]?.focus();
    else if (event.key === "x") row?.querySelector(".pick")?.click();
  });
  addEventListener("scroll", fit, { passive: true });
  addEventListener("resize", fit);
  if (WIDE.matches && links.length) open(links[0], false);
}
