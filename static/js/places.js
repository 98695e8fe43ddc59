// In a list whose things come and go, the keyboard stays where it was: at the next thing's button
// when the one that was pressed is gone.
import { say } from "./announce.js";

let at = -1;
let said = "";

function places() {
  return [...document.querySelectorAll("[data-keeps-place] [data-place]")];
}

document.addEventListener("submit", (event) => {
  const thing = event.target.closest("[data-keeps-place] li");
  said = event.target.dataset.said ?? "";
  at = thing ? places().indexOf(thing.querySelector("[data-place]")) : -1;
});

// What was pressed may still be there, in another list: the place is kept, not the thing.
function isHere() {
  const focused = document.activeElement;
  return focused === document.body || focused.closest("[data-keeps-place]");
}

document.addEventListener("htmx:after:swap", () => {
  if (at < 0) return;
  say(said);
  if (isHere()) {
    const left = places().filter((place) => place.checkVisibility());
    (left[Math.min(at, left.length - 1)] ?? document.querySelector("[data-keeps-place]")).focus();
  }
  at = -1;
});
