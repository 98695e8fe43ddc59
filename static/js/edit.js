// A message that is edited where it stands: the field takes the focus, and gives it back.
const BY_TOUCH = matchMedia("(hover: none) and (pointer: coarse)");

let focusNext = null; // What is focused once it is there; whoever asked is gone by then.

document.addEventListener("htmx:before:swap", (event) => {
  const { sourceElement } = event.detail.ctx;
  if (sourceElement.matches("[data-edit]")) focusNext = "[data-edit-text]";
  const edit = sourceElement.dataset.editCancel;
  if (edit) focusNext = `[data-edit][href="${edit}"]`;
});

document.addEventListener("htmx:after:swap", () => {
  const next = focusNext && document.querySelector(focusNext);
  focusNext = null;
  next?.focus();
  if (next?.matches("textarea")) next.setSelectionRange(next.value.length, next.value.length);
});

document.addEventListener("keydown", (event) => {
  if (!event.target.matches("[data-edit-text]") || event.isComposing || event.keyCode === 229) return;
  const form = event.target.form;
  if (event.key === "Escape") {
    event.preventDefault();
    form.querySelector("[data-edit-cancel]").click();
  } else if (event.key === "Enter" && !event.shiftKey && !event.altKey && !BY_TOUCH.matches) {
    event.preventDefault();
    form.requestSubmit();
  }
});
