// Who acts on a turn loses the button with it: the focus goes to what is asked next, or stays in
// the conversation.
import { aroundSwap } from "./swaps.js";

aroundSwap("[data-acts-on-turn]", () => () => {
  if (document.activeElement !== document.body) return; // Refused: the button is still there.
  const place = document.querySelector(".approval") ?? document.querySelector("#transcript");
  place.focus({ preventScroll: true });
});
