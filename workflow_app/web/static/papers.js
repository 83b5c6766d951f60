// A paper that is being made appears by itself: the list is asked for again, each time later.
const FIRST = 1000, SLOWER = 1.6, MOST = 30000, TRIES = 14;

export function awaitPapers(list) {
  let pause = FIRST;
  let tries = 0;
  async function look() {
    const answer = document.hidden ? null : await fetch(list.dataset.awaited).catch(() => null);
    if (answer?.redirected || answer?.status === 404) return;
    if (answer?.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
      if (!fresh.dataset.awaited) return list.replaceChildren(...fresh.childNodes);
    }
    pause = Math.min(pause * SLOWER, MOST);
    tries += document.hidden ? 0 : 1;
    if (tries < TRIES) setTimeout(look, pause);
  }
  setTimeout(look, pause);
}
