// What waits for a word here may have had it in another window meanwhile.
import { parse } from "./morph.js";

async function look(reply) {
  const address = reply.getAttribute("hx-get");
  const headers = { Accept: "text/html", "HX-Request": "true" }; // As HTMX would ask.
  const answer = await fetch(address, { headers }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = parse(await answer.text()).find((node) => node.nodeType === Node.ELEMENT_NODE);
  const cards = [...reply.querySelectorAll(".approval")];
  // Something between us and the server may have answered instead.
  if (fresh?.id !== reply.id || !reply.isConnected) return;
  // What still waits stays as it is: a reason may be begun.
  if (cards.every((card) => fresh.querySelector(`#${CSS.escape(card.id)}`))) return;
  const hadFocus = reply.contains(document.activeElement);
  reply.replaceWith(fresh);
  window.htmx?.process(fresh);
  if (hadFocus) document.querySelector("#transcript").focus({ preventScroll: true });
}

function lookAtAll() {
  for (const reply of document.querySelectorAll(".reply:has(.approval)")) look(reply);
}

document.addEventListener("visibilitychange", () => document.hidden || lookAtAll());
addEventListener("focus", lookAtAll);
addEventListener("pageshow", (event) => event.persisted && lookAtAll());
