// One menu for all the rows of the lists of chats, filled for the row whose button opens it.
import { buttonOf, openBeside, showFor } from "./menus.js";

const ADDRESSES = ["href", "formaction", "data-rename"];
const menu = document.querySelector("#row-menu");
let filledFor = menu?.querySelector("[data-rename]").dataset.rename;
let dismissed = null; // The button under the pointer, when its menu is open and so about to close.

function fill(row) {
  for (const item of menu.querySelectorAll("a, button")) {
    for (const name of ADDRESSES) {
      const address = item.getAttribute(name);
      if (address) item.setAttribute(name, address.replace(filledFor, row.dataset.row));
    }
  }
  filledFor = row.dataset.row;
  showFor(row.closest("[data-shelf]").dataset.shelf, menu);
}

function isOpenBeside(button) {
  return menu?.matches(":popover-open") && buttonOf(menu) === button;
}

document.addEventListener("pointerdown", (event) => {
  const button = event.target.closest("[data-row-menu]");
  dismissed = button && isOpenBeside(button) ? button : null;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-row-menu]");
  if (!button || !menu) return;
  event.preventDefault();
  const isByKeyboard = event.detail === 0;
  const closes = isByKeyboard ? isOpenBeside(button) : dismissed === button;
  menu.togglePopover(false);
  if (closes) return;
  fill(button.closest(".row"));
  menu.setAttribute("aria-label", button.getAttribute("aria-label"));
  openBeside(menu, button);
  if (isByKeyboard) menu.querySelector("a").focus();
});

menu?.addEventListener("toggle", (event) => {
  const isOpen = event.newState === "open";
  for (const button of document.querySelectorAll("[data-row-menu][aria-expanded=true]")) {
    button.setAttribute("aria-expanded", "false");
  }
  if (isOpen) buttonOf(menu).setAttribute("aria-expanded", "true");
});
