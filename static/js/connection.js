// Tells the reader when the connection is lost, and when to try again.

const SHOWN_AFTER = 400;
const FIRST = 500;
const LONGEST = 15_000;

let timer = 0;

function show(isLost) {
  for (const notice of document.querySelectorAll("[data-reconnecting]")) notice.hidden = !isLost;
}

export function connectionLost() {
  timer ||= setTimeout(show, SHOWN_AFTER, true);
}

export function connectionBack() {
  clearTimeout(timer);
  timer = 0;
  show(false);
}

// How many milliseconds to wait before try number `tries`; not all browsers at the same moment.
export function pauseBefore(tries) {
  return Math.min(FIRST * 2 ** tries, LONGEST) * (0.75 + Math.random() / 2);
}
