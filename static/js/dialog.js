// Questions and notes over the page. Focus moves in, and goes back to where it came from.
import { buttonOf } from "./menus.js";

function open(dialog, from) {
  const menu = from.closest(".menu");
  const back = menu ? buttonOf(menu) : from;
  dialog.addEventListener("close", () => back?.focus(), { once: true });
  dialog.showModal();
}

export function openShortcuts(from = document.body) {
  const dialog = document.querySelector("#shortcuts");
  if (dialog && !document.querySelector("dialog[open]")) open(dialog, from);
}

document.addEventListener("click", (event) => {
  const shortcuts = event.target.closest("[data-shortcuts]");
  if (shortcuts) openShortcuts(shortcuts);
  if (event.target.matches("dialog[open]")) event.target.close(); // Beside it.
});
