// An action for many appears only when it is open for every case that is ticked.
export function offerCommon(form) {
  const all = form.querySelector("[data-all]");
  if (all) {
    all.hidden = false;
    all.addEventListener("change", (event) => {
      form.querySelectorAll(".pick").forEach((box) => { box.checked = event.target.checked; });
    });
  }
  const bar = form.querySelector("[data-bulk-bar]");
  if (!bar) return; // nothing here is offered for some and not for others
  const buttons = [...form.querySelectorAll("button[name=action], button[name=work]")];
  const show = () => {
    const picked = [...form.querySelectorAll("input[name=case]:checked")];
    const open = (button) => picked.every((box) => box.dataset.actions.split(" ").includes(button.value));
    buttons.forEach((button) => { button.hidden = !picked.length || !open(button); });
    const visible = buttons.filter((button) => !button.hidden);
    bar.querySelector("[data-none]").hidden = !picked.length || visible.length > 0;
    bar.querySelector("[data-hint]").hidden = picked.length > 0;
    const give = bar.querySelector("[data-give]");
    if (give) give.hidden = give.querySelector("button").hidden;
    const password = bar.querySelector("[data-password]");
    if (password) password.hidden = !visible.some((button) => button.dataset.signed);
  };
  form.addEventListener("change", show);
  show();
}
