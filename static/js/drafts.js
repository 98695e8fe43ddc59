// What is typed is kept in this browser, for each chat apart, until the server has it.
const PREFIX = "parley:draft:";

export function storage(kind) {
  try {
    return window[kind]; // Refused where a person forbids sites to keep anything.
  } catch {
    return null;
  }
}

const kept = storage("localStorage");

export function keepDraft(name, text) {
  try {
    if (text) kept?.setItem(PREFIX + name, text);
    else kept?.removeItem(PREFIX + name);
  } catch {
    // Full: the message is still in its field.
  }
}

export function draftOf(name) {
  return kept?.getItem(PREFIX + name) ?? "";
}

// Where a chat takes no messages, what was typed for it is there to be copied.
const unsent = document.querySelector("[data-unsent]");
const left = unsent && draftOf(unsent.dataset.unsent);
if (left) {
  unsent.querySelector("textarea").value ||= left;
  unsent.hidden = false;
}

// Who signs out may not be the last to use this browser.
document.addEventListener("submit", (event) => {
  const action = event.submitter?.getAttribute("formaction") ?? "";
  if (!kept || !action.endsWith("/sign-out")) return;
  for (const name of Object.keys(kept)) {
    if (name.startsWith(PREFIX)) kept.removeItem(name);
  }
});
