// Enter sends what is typed. With another key it breaks the line, as it does by touch, and while
// letters are put together it chooses among them.
export const BY_TOUCH = matchMedia("(hover: none) and (pointer: coarse)");

export function sends(event) {
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return false;
  return !(event.shiftKey || event.altKey || event.ctrlKey || event.metaKey || BY_TOUCH.matches);
}
