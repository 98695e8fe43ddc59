// The field for a message: it grows, it sends once, and it gives up what was typed only when the
// server has it.
import { draftOf, keepDraft, storage } from "./drafts.js";
import { BY_TOUCH, sends } from "./enter.js";
import { grow } from "./grow.js";

const SENT = "parley:sent";
const visit = storage("sessionStorage");

const form = document.querySelector("[data-composer]");
const text = form?.querySelector("textarea");
const notice = document.querySelector("[data-composer-notice]");
const draft = form?.dataset.draft;
let sending = null; // The bubble that stands for what is on its way.
const lost = new Set(); // What no answer came to: the chat may have it all the same.

function write(value) {
  text.value = value;
  grow(text);
}

function isReplying() {
  return !form.querySelector("[data-stop-run]").hidden;
}

function lastTurn() {
  return [...document.querySelectorAll("#transcript .exchange")].at(-1);
}

// The page may be left before the answer is there.
function noteSent() {
  visit?.setItem(SENT, JSON.stringify([draft, lastTurn()?.id ?? ""]));
}

// What was sent is no draft any more once the chat shows it. Until then nothing tells whether it
// has arrived.
function forgetSent() {
  const [sent, after] = JSON.parse(visit?.getItem(SENT) ?? "[]");
  const turn = lastTurn();
  if (!sent || !turn || turn.id === after || !(sent === draft || sent.endsWith(":new"))) return;
  if (turn.querySelector(".bubble")?.textContent.trim() !== draftOf(sent).trim()) return;
  keepDraft(sent, "");
  visit?.removeItem(SENT);
}

function begin() {
  const bubble = document.querySelector("#sending").content.firstElementChild.cloneNode(true);
  bubble.querySelector(".bubble").textContent = text.value.trim();
  document.querySelector("#transcript").append(bubble);
  sending = bubble;
  text.readOnly = true;
  form.setAttribute("aria-busy", "true");
  notice.replaceChildren();
  bubble.scrollIntoView({ block: "end" });
}

function end() {
  sending?.remove();
  sending = null;
  text.readOnly = false;
  form.removeAttribute("aria-busy");
}

function refuse(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
  text.focus();
}

function setUp() {
  forgetSent();
  if (!text.value) write(draftOf(draft));
  if (!BY_TOUCH.matches && document.activeElement === document.body) text.focus();

  text.addEventListener("input", () => {
    grow(text);
    keepDraft(draft, text.value);
  });
  text.addEventListener("keydown", (event) => {
    if (!sends(event)) return;
    event.preventDefault();
    form.requestSubmit();
  });
  // Before HTMX hears of it.
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target !== form) return;
      if (event.submitter?.matches("[data-starter]")) return;
      if (sending || isReplying() || !text.value.trim()) return refuse(event);
      noteSent();
      begin();
    },
    true,
  );
  form.addEventListener("htmx:after:request", (event) => {
    if (event.target !== form) return;
    const { status } = event.detail.ctx.response;
    end();
    visit?.removeItem(SENT);
    // The same words sent again come with their turn; after others it is nowhere on the page.
    const misses = [...lost].some((words) => words !== text.value);
    if (status === 200) {
      lost.clear();
      write("");
      keepDraft(draft, "");
    }
    // What the server refused is in the field alone where the browser keeps nothing.
    const isKept = status === 200 || (status === 409 && draftOf(draft) === text.value);
    if (misses && isKept) location.reload();
  });
  form.addEventListener("htmx:error", () => {
    if (!sending) return;
    end();
    lost.add(text.value);
    notice.replaceChildren(document.querySelector("#not-sent").content.cloneNode(true));
  });
  form.addEventListener("htmx:finally:request", end);
  addEventListener("pageshow", (event) => {
    if (event.persisted) end();
  });
}

if (form) setUp();
