// Enter sends what is typed. With another key it breaks the line, as it does by touch, and while
// letters are put together it chooses among them.
export const BY_TOUCH = matchMedia("(hover: none) and (pointer: coarse)");

// Safari ends the composition before it tells of the key that ended it; then the code is 229.
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}

export function sends(event) {
  if (event.key !== "Enter" || isComposing(event)) return false;
  return !(event.shiftKey || event.altKey || event.ctrlKey || event.metaKey || BY_TOUCH.matches);
}
