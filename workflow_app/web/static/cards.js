// The context cards of the schools chosen in the form, side by side (clause 1.2).
export function followChoices(place) {
  const form = place.closest("form");
  if (!form) return;
  const show = () => {
    const chosen = new Set([...form.querySelectorAll("select[data-school]")].map((field) => field.value));
    let shown = 0;
    for (const card of place.querySelectorAll("[data-card]")) {
      card.hidden = !chosen.has(card.dataset.card);
      shown += card.hidden ? 0 : 1;
    }
    place.hidden = !shown;
  };
  form.addEventListener("change", show);
  show();
}
