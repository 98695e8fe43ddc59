// The palette searches over whatever is underneath. Arrows go from the field to what was found and
// through it; Enter in the field opens the first; typing goes on in the field.
import { LEFT, openDialog } from "./dialog.js";
import { isComposing } from "./enter.js";

const palette = document.querySelector("#palette");

function toggle(from) {
  if (palette.open) return palette.close();
  openDialog(palette, from);
  palette.querySelector("input").select();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-palette]");
  if (!link || !palette || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  toggle(link);
});

function move(place, step) {
  const stops = [place.querySelector("input"), ...place.querySelectorAll(".hits a")];
  const at = stops.indexOf(document.activeElement);
  const next = stops[Math.max(0, Math.min(at + step, stops.length - 1))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function isText(event) {
  return event.key.length === 1 && event.key !== " " && !(event.ctrlKey || event.metaKey || event.altKey);
}

document.addEventListener("keydown", (event) => {
  const isModified = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (palette && isModified && event.key.toLowerCase() === "k") {
    event.preventDefault();
    toggle(document.activeElement ?? undefined);
    return;
  }
  const place = event.target.closest?.("[data-search]");
  if (!place || isComposing(event)) return;
  if (event.key === "Escape" && palette.open) {
    event.preventDefault(); // At once: a search field would only be emptied.
    palette.close();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(place, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && event.target.matches("#palette input")) {
    const first = place.querySelector(".hits li a");
    // Where the results are not there yet, the form leads to their page.
    if (!first || place.querySelector("[data-for]").dataset.for !== event.target.value) return;
    event.preventDefault();
    first.click();
  } else if (event.target.matches(".hits a") && isText(event)) {
    place.querySelector("input").focus();
  }
});

// What was typed before HTMX listened is sought as well.
document.addEventListener("htmx:after:init", ({ target }) => {
  if (target.matches("#palette input") && target.value) target.dispatchEvent(new Event("input"));
});

// Back on a page that the browser kept, nothing lies over it.
addEventListener("pagehide", () => palette?.close(LEFT));
