// The sidebar opens and closes at once, and its list follows what happens to the chats.
import { showFor } from "./menus.js";
import { post } from "./post.js";

const LOOK_EVERY = 4000;
const TITLE_WAITS = [1500, 4000, 10000, 31000]; // The model has half a minute.
const root = document.documentElement;
const newestAtFirst = document.querySelector("#chats [data-current]")?.dataset.newest;

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

function refresh() {
  // A name that is being written is not taken away.
  if (document.querySelector(".chats [data-rename-form]")) return;
  document.dispatchEvent(new CustomEvent("parley:sessions-changed"));
}

for (const name of ["parley:reply-began", "parley:reply-ended"]) {
  document.addEventListener(name, refresh);
}

// After the first reply the chat gets its title, in a while.
document.addEventListener("parley:reply-ended", () => {
  if (document.querySelectorAll(".exchange").length > 1) return;
  for (const wait of TITLE_WAITS) setTimeout(refresh, wait);
});

// Deleted or put aside here, the chat gives way to where that leads, and is not looked at again.
let isLeaving = false;
document.addEventListener("submit", (event) => (isLeaving ||= event.target.id === "act"));
addEventListener("pageshow", () => (isLeaving = false));

// What happened in other tabs, and in other chats, is there at a glance.
let isGlance = false;

function glance() {
  isGlance = true;
  refresh();
}

document.addEventListener("visibilitychange", () => document.hidden || glance());
addEventListener("focus", glance);
addEventListener("pageshow", (event) => event.persisted && glance());
setInterval(() => {
  const others = "#chats a:not([aria-current]) [data-replying]";
  if (!document.hidden && document.querySelector(others)) refresh();
}, LOOK_EVERY);

// The title over the chat is the one in the list.
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx.sourceElement.id !== "chats") return;
  agree(document.querySelector("#chats [data-current]"));
  isGlance = false;
  const name = document.querySelector("#chats [aria-current] [data-name]");
  const title = document.querySelector(`h1 [data-name="${name?.dataset.name}"]`);
  if (!title || title.textContent === name.textContent) return;
  title.replaceWith(name.cloneNode(true));
  document.title = `${name.textContent} · Parley`;
});

// Pinned, put aside, taken back or deleted in another tab, the chat of this page is so here too.
function agree(told) {
  const bar = document.querySelector(`[data-title="${told?.dataset.current}"]`);
  if (!bar || isLeaving) return;
  if (isGlance && isBehind(told.dataset.newest)) return location.reload();
  if (bar.dataset.shelf === told.value) return;
  const stays = [told.value, bar.dataset.shelf].every((shelf) => ["pinned", "recent"].includes(shelf));
  if (!stays) return location.reload(); // What was typed is kept as a draft.
  bar.dataset.shelf = told.value;
  showFor(told.value, document.querySelector("#chat-menu"));
}

// Something was sent in another tab: there is a newer run than the page knew of when it was loaded,
// and it is not in the page. What this one sends itself is on its way there.
function isBehind(newest) {
  const isAtEnd = !document.querySelector("#transcript [data-later]");
  const takesMessages = document.querySelector("[data-composer]");
  const isSending = document.querySelector("#composer .htmx-request");
  const isNews = newest && newest !== newestAtFirst && !document.getElementById(newest);
  return isNews && isAtEnd && takesMessages && !isSending;
}
