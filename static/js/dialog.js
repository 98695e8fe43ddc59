// Questions and notes over the page. Focus moves in, and goes back to where it came from.
import { buttonOf } from "./menus.js";

export const LEFT = "left"; // Said when the page goes: nothing is opened for whoever comes back.

// A drawer closes when a dialog opens over it, and is there again with what is in it.
function giveBack(opener) {
  const drawer = opener?.closest("[popover]");
  if (drawer && !opener.checkVisibility()) drawer.showPopover();
  opener?.focus();
}

export function openDialog(dialog, from = document.body) {
  if (document.querySelector("dialog[open]")) return;
  const menu = from.closest(".menu");
  const back = menu ? buttonOf(menu) : from;
  dialog.addEventListener("close", () => dialog.returnValue !== LEFT && giveBack(back), { once: true });
  dialog.returnValue = "";
  dialog.showModal();
}

export function openShortcuts(from = document.body) {
  const dialog = document.querySelector("#shortcuts");
  if (dialog) openDialog(dialog, from);
}

document.addEventListener("click", (event) => {
  const shortcuts = event.target.closest("[data-shortcuts]");
  if (shortcuts) openShortcuts(shortcuts);
  event.target.closest("[data-close-dialog]")?.closest("dialog").close();
  if (event.target.matches("dialog[open]")) event.target.close(); // Beside it.
});
