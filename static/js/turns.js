// Who acts on a turn loses the button with it: the focus goes to what is asked next, or stays in
// the conversation.
import { aroundSwap } from "./swaps.js";

aroundSwap("[data-acts-on-turn]", () => () => {
  if (document.activeElement !== document.body) return; // Refused: the button is still there.
  const place = document.querySelector(".approval") ?? document.querySelector("#transcript");
  place.focus({ preventScroll: true });
});

// With each reply, what the model is shown may begin further on: the line that says so moves there.
document.addEventListener("parley:reply-ended", (event) => {
  const line = event.target.querySelector("[data-reads-from]");
  if (!line) return;
  document.querySelector("#transcript [data-model-view]")?.remove();
  document.getElementById(line.dataset.readsFrom)?.before(line.content.cloneNode(true));
});
