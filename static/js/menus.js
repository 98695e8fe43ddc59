// Menus are native popovers. What is chosen closes its menu, and so does the focus that leaves it;
// where the browser cannot place a popover beside its button, this does.
const PLACES_ITSELF = CSS.supports("position-area", "block-end");
const GAP = 4;

const openers = new WeakMap(); // The buttons of menus that have more than one.

export function buttonOf(menu) {
  return openers.get(menu) ?? document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
}

export function openBeside(menu, button) {
  openers.set(menu, button);
  menu.showPopover({ source: button });
}

// Of what can be done with a chat, what makes sense where it stands.
export function showFor(shelf, menu) {
  for (const item of menu.querySelectorAll("[data-shelves]")) {
    item.hidden = !item.dataset.shelves.split(" ").includes(shelf);
  }
}

document.addEventListener("click", (event) => {
  const chosen = event.target.closest(".menu :is(a, button)");
  if (chosen && !chosen.matches("[data-theme-choice]")) {
    chosen.closest("[popover]")?.hidePopover();
  }
});

// The browser gives the focus back for the first popover alone, not for a menu over a drawer.
document.addEventListener(
  "beforetoggle",
  ({ target, newState }) => {
    const isLeft = newState === "closed" && target.matches(".menu");
    if (isLeft && target.contains(document.activeElement)) buttonOf(target)?.focus();
  },
  true,
);

// What the keyboard leaves closes: it would lie over the place where the focus is now.
document.addEventListener("focusin", ({ target }) => {
  const open = [...document.querySelectorAll(":popover-open")];
  // A press on what takes no focus, as buttons and links in Safari, gives it to what is around.
  if (open.some((popover) => target.contains(popover))) return;
  for (const popover of open) {
    if (!belongs(target, popover)) popover.hidePopover();
  }
});

function belongs(element, popover) {
  const menu = element.closest(".menu");
  const near = [element, menu && buttonOf(menu)]; // A menu over a drawer belongs to it.
  return near.some((one) => popover.contains(one)) || opens(element, popover);
}

function opens(element, popover) {
  return element === buttonOf(popover) || element.popoverTargetElement === popover;
}

function place(menu) {
  const button = buttonOf(menu).getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = button.bottom + GAP + height <= innerHeight && !menu.classList.contains("up");
  const left = menu.classList.contains("up") ? button.left : button.right - width;
  menu.style.top = `${below ? button.bottom : Math.max(0, button.top - height - 2 * GAP)}px`;
  menu.style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`;
}

if (!PLACES_ITSELF) {
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.newState === "open" && event.target.matches(".menu")) place(event.target);
    },
    true,
  );
}
