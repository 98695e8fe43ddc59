// Shortcuts. A key that somebody types in a field is theirs.
import { openShortcuts } from "./dialog.js";
import { isComposing } from "./enter.js";

if (/Mac|iP/.test(navigator.platform)) {
  for (const key of document.querySelectorAll("[data-modifier]")) key.textContent = "⌘";
}

const EDITABLE = "input, textarea, select, [contenteditable]";

function isTyping() {
  return document.activeElement?.matches(EDITABLE);
}

function stopReply() {
  if (document.querySelector("dialog[open], :popover-open")) return;
  document.querySelector("[data-stop-run]:not([hidden])")?.click();
}

function focusComposer(event) {
  const text = document.querySelector("#text");
  if (!text) return;
  event.preventDefault();
  text.focus();
}

document.addEventListener("keydown", (event) => {
  if (isComposing(event) || event.defaultPrevented) return;
  if (event.key === "Escape") stopReply();
  if ((event.ctrlKey || event.metaKey) && event.shiftKey && event.key.toLowerCase() === "o") {
    event.preventDefault();
    document.querySelector("#new-chat")?.click();
  }
  if (isTyping() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") focusComposer(event);
  if (event.key === "?") openShortcuts();
});
