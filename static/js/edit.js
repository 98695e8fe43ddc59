// A message that is edited where it stands: the field takes the focus, and gives it back.
import { isComposing, sends } from "./enter.js";
import { grow } from "./grow.js";
import { aroundSwap } from "./swaps.js";

aroundSwap("[data-edit]", (link) => {
  const exchange = link.closest(".exchange");
  return () => {
    const text = exchange.querySelector("[data-edit-text]");
    if (!text) return;
    grow(text);
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  };
});

aroundSwap("[data-edit-cancel]", (link) => {
  const exchange = link.closest(".exchange");
  return () => exchange.querySelector("[data-edit]")?.focus();
});

document.addEventListener("input", ({ target }) => target.matches("[data-edit-text]") && grow(target));

document.addEventListener("keydown", (event) => {
  if (!event.target.matches("[data-edit-text]")) return;
  const form = event.target.form;
  if (sends(event)) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === "Escape" && !isComposing(event)) {
    event.preventDefault();
    form.querySelector("[data-edit-cancel]").click();
  }
});
