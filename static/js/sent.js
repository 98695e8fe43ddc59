// A message may be answered by a stream: first what is put into the page, then the reply itself.
// HTMX gets the one, and whoever follows the reply the other: its first word needs no second request.

import { streamOf, WANTED } from "./stream.js";

const replies = new Map();

// The stream of the reply at this address, where it came with the answer to a message.
export function takeReply(address) {
  const stream = replies.get(address);
  replies.delete(address);
  return stream;
}

async function send(action, request) {
  const answer = await fetch(action, request);
  const stream = streamOf(answer);
  if (!stream) return answer;
  const sent = await stream.next();
  if (!sent) throw new TypeError("The connection was lost before the answer.");
  replies.set(answer.headers.get("Content-Location"), stream);
  return new Response(sent.data, { headers: { "Content-Type": "text/html" } });
}

// By then whoever follows a reply has taken its stream. Of one that is not followed nothing is read.
document.addEventListener("htmx:finally:request", (event) => {
  if (!event.detail.ctx.sourceElement.matches("[data-composer]")) return;
  for (const stream of replies.values()) stream.close();
  replies.clear();
});

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  if (!ctx.sourceElement.matches("[data-composer]")) return;
  Object.assign(ctx.request.headers, WANTED);
  ctx.fetch = send;
});
