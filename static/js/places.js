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

document.addEventListener("htmx:after:swap", () => {
  if (at < 0) return;
  say(said);
  if (document.activeElement === document.body) {
    const left = places().filter((place) => place.checkVisibility());
    (left[Math.min(at, left.length - 1)] ?? document.querySelector("[data-keeps-place]")).focus();
  }
  at = -1;
});
