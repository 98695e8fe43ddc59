// Copies what a button stands by: code as it was written, a reply as Markdown, a message.

import { say } from "./announce.js";

const SHOWN = 1500;

const texts = {
  code: (button) => button.closest("figure").querySelector("code").textContent,
  reply: (button) => button.parentElement.querySelector("[data-source]").content.textContent,
  message: (button) => button.closest("article").querySelector(".bubble").textContent,
};

async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without https browsers have only the old way.
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

function confirm(button) {
  const icon = button.querySelector("use");
  const before = icon.getAttribute("href");
  if (before === "#i-check") return;
  icon.setAttribute("href", "#i-check");
  setTimeout(() => icon.setAttribute("href", before), SHOWN);
  say("Copied");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const focused = document.activeElement;
  await write(texts[button.dataset.copy](button));
  focused?.focus({ preventScroll: true });
  confirm(button);
});
