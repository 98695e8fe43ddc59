// Light, dark or system: shown at once, and kept by the server in a cookie.
import { post } from "./post.js";

const root = document.documentElement;

function show(theme) {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  document.querySelector("meta[name=color-scheme]").content =
    theme === "system" ? "light dark" : theme;
  for (const choice of document.querySelectorAll("[data-theme-choice]")) {
    choice.setAttribute("aria-pressed", String(choice.value === theme));
  }
}

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-theme-choice]");
  if (!choice) return;
  event.preventDefault();
  show(choice.value);
  post(choice.formAction, choice.form, choice, { keepalive: true });
});
