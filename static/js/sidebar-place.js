// The list of chats stays where it was read from page to page. This stands at the end of the
// sidebar, outside the modules, so that the list is in its place before it is seen.
{
  const KEY = "parley:sidebar-place";
  const list = document.querySelector("#chats");
  let wanted = 0; // Until it is reached: the list may have to grow first.

  function kept() {
    try {
      return Number(sessionStorage.getItem(KEY));
    } catch {
      return 0; // Refused where a person forbids sites to keep anything.
    }
  }

  function keep() {
    try {
      if (!wanted) sessionStorage.setItem(KEY, Math.round(list.scrollTop));
    } catch {
      // Then the list begins at its top.
    }
  }

  function restore() {
    if (!wanted || !list.clientHeight) return;
    list.scrollTop = wanted;
    if (Math.abs(list.scrollTop - wanted) < 2) wanted = 0;
  }

  function begin() {
    wanted = kept();
    restore();
  }

  begin();
  list.addEventListener("scroll", keep, { passive: true });
  // Who scrolls by hand is not taken elsewhere.
  for (const name of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    list.addEventListener(name, () => (wanted = 0), { passive: true });
  }
  document.addEventListener("htmx:after:swap", restore);
  // As a drawer, it has no place while it is closed.
  document.querySelector("#sidebar").addEventListener("toggle", (event) => {
    if (event.newState === "open") begin();
  });
}
