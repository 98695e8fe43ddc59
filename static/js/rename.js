// A chat's name is changed where it stands, in the title or in a list: Enter saves, Esc cancels.
import { isComposing } from "./enter.js";
import { buttonOf } from "./menus.js";
import { leftForSignIn, post } from "./post.js";

const NOT_SAVED = "The name is not saved. Press Enter to try again.";

function begin(host, id, action) {
  const template = document.querySelector("#rename-form");
  const form = template.content.firstElementChild.cloneNode(true);
  const input = form.elements.name;
  const before = host.querySelector("[data-name]").textContent;
  let isOver = false;
  const end = () => {
    if (isOver) return; // Taking the field away is a blur, too.
    isOver = true;
    finish(form, host);
  };
  input.value = before;
  input.addEventListener("input", () => input.setCustomValidity(""));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") input.setCustomValidity(""); // Or it would not be sent again.
    if (event.key !== "Escape" || isComposing(event)) return;
    event.preventDefault();
    event.stopPropagation();
    end();
  });
  input.addEventListener("blur", () => {
    if (input.value === before) end();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (input.readOnly) return;
    input.readOnly = true;
    const answer = await post(action, form).catch(() => null);
    input.readOnly = false;
    if (answer && leftForSignIn(answer)) return;
    const text = await answer?.text();
    if (answer?.ok) {
      rewrite(id, text);
      return end();
    }
    input.setCustomValidity(answer?.status === 422 ? text.trim() : NOT_SAVED);
    input.reportValidity();
  });
  hide(host, true);
  host.after(form);
  input.select();
}

// A title is taken from sight alone: a page keeps its heading.
function hide(host, isHidden) {
  if (host.matches("h1")) host.classList.toggle("sr", isHidden);
  else host.hidden = isHidden;
}

function finish(form, host) {
  form.remove();
  hide(host, false);
  const focusable = host.matches("a") ? host : document.querySelector("[popovertarget=chat-menu]");
  focusable?.focus();
}

function rewrite(id, markup) {
  const fresh = new DOMParser().parseFromString(markup, "text/html").body.firstElementChild;
  for (const name of document.querySelectorAll(`[data-name="${CSS.escape(id)}"]`)) {
    name.replaceWith(fresh.cloneNode(true));
  }
  if (document.querySelector(`[data-title="${CSS.escape(id)}"]`)) {
    document.title = `${fresh.textContent} · Parley`;
  }
  document.dispatchEvent(new CustomEvent("parley:sessions-changed"));
}

document.addEventListener("click", (event) => {
  const title = event.target.closest(".renames");
  const link = event.target.closest("[data-rename]") ?? (title && titleLink(title));
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const menu = link.closest("[popover]");
  const row = menu && buttonOf(menu).closest(".row");
  const host = title ?? row?.querySelector("a") ?? document.querySelector(".renames");
  if (!host) return location.assign(link.href);
  if (!host.parentElement.querySelector("[data-rename-form]")) begin(host, link.dataset.rename, link.href);
});

function titleLink(title) {
  return title.closest(".bar").querySelector("[data-rename]");
}
