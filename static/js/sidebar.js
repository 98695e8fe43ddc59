// The sidebar opens and closes at once, and its list follows what happens to the chats.
import { post } from "./post.js";

const root = document.documentElement;

function isShown(element) {
  return element.getClientRects().length > 0;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sidebar-state]");
  if (!button) return;
  event.preventDefault();
  const state = button.dataset.sidebarState;
  if (state === "closed") root.dataset.sidebar = "closed";
  else delete root.dataset.sidebar;
  [...document.querySelectorAll("[data-sidebar-state]")].find(isShown)?.focus();
  post(button.formAction, button.form, button, { keepalive: true });
});

for (const name of ["parley:reply-began", "parley:reply-ended"]) {
  document.addEventListener(name, () => {
    document.dispatchEvent(new CustomEvent("parley:sessions-changed"));
  });
}
