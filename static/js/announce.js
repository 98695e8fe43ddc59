// Reads a reply out as it comes, in whole sentences, for those who listen to the page.

const EVERY = 1500;
const LONGEST = 300;
// A block that another follows ends one as well.
const SENTENCE = /[.!?:…][)"'’”\]]*\s|\n/g;

const region = document.createElement("div");
region.className = "sr";
region.setAttribute("aria-live", "polite");
region.toggleAttribute("data-announcer");
document.body.append(region);

const said = new WeakMap();
let nextAt = 0;

export function say(text) {
  region.textContent = text;
}

// Says what has become a sentence since the last time; at the end of the reply all that is left.
export function announce(reply, isEnd) {
  if (!isEnd && performance.now() < nextAt) return;
  nextAt = performance.now() + EVERY;
  const words = read(reply);
  const from = said.get(reply) ?? 0;
  const to = isEnd ? words.length : endOfSentence(words, from);
  const news = words.slice(from, to).trim();
  said.set(reply, Math.max(from, to));
  if (news) say(news);
}

function read(reply) {
  const parts = [...reply.querySelectorAll(".prose > *, .approval header, .notice p, .tool .outcome")];
  return parts.map(wordsOf).join("\n");
}

function wordsOf(part) {
  if (part.matches("figure")) return `${part.querySelector("figcaption span").textContent} code. `;
  // As it is seen: what stands below one another is not run together, nor are the cells of a table.
  return part.innerText.replace(/\t/g, ", ").replace(/\s*\n\s*/g, "\n");
}

function endOfSentence(words, from) {
  SENTENCE.lastIndex = from;
  let end = from;
  while (SENTENCE.exec(words)) end = SENTENCE.lastIndex;
  // Some texts have no sentences.
  return words.length - end > LONGEST ? words.lastIndexOf(" ") : end;
}
