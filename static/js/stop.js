// The round button is Stop while a reply is on its way, and Send otherwise.
import { leftForSignIn, post } from "./post.js";

const composer = document.querySelector("[data-composer]");
const stop = composer?.querySelector("[data-stop-run]");

function show(state) {
  for (const part of composer?.querySelectorAll("[data-when]") ?? []) {
    const had = part === document.activeElement;
    part.hidden = part.dataset.when !== state;
    if (had && part.hidden) composer.querySelector("textarea").focus();
  }
  if (stop) stop.disabled = false;
}

document.addEventListener("parley:reply-began", () => show("replying"));
document.addEventListener("parley:reply-ended", () => show("idle"));

stop?.addEventListener("click", async (event) => {
  event.preventDefault();
  const address = document.querySelector("[data-stop]")?.dataset.stop;
  if (!address || stop.disabled) return;
  stop.disabled = true;
  try {
    const answer = await post(address, stop.form, null);
    if (!leftForSignIn(answer) && !answer.ok) stop.disabled = false;
  } catch {
    stop.disabled = false; // The server cannot be reached: it can be tried again.
  }
});
