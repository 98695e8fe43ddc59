// A stream of server-sent events as the answer to a fetch: what EventSource cannot have, the answer to
// a message, is read like any other. `encode` in web/sse.py writes them.

const MIMETYPE = "text/event-stream";
export const WANTED = { Accept: MIMETYPE };

// The stream that an answer is; null where it is something else, such as a refusal.
export function streamOf(answer) {
  const type = answer.headers.get("Content-Type") ?? "";
  return answer.ok && type.startsWith(MIMETYPE) ? new Stream(answer) : null;
}

class Stream {
  constructor(answer) {
    this.reader = answer.body.getReader();
    this.decoder = new TextDecoder();
    this.events = [];
    this.begun = "";
  }

  // The next event, or null when none comes any more: the stream is at its end, cut, or closed.
  async next() {
    while (this.events.length === 0) {
      const { value, done } = await this.reader.read().catch(() => ({ done: true }));
      if (done) return null;
      const events = (this.begun + this.decoder.decode(value, { stream: true })).split("\n\n");
      this.begun = events.pop();
      this.events = events.map(parse).filter((event) => event.kind);
    }
    return this.events.shift();
  }

  close() {
    this.events = [];
    this.reader.cancel().catch(() => {}); // It was cut: there is nothing to close.
  }
}

// Comments and what else a line may be have no kind.
function parse(text) {
  const lines = text.split("\n");
  const named = (name) => lines.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length));
  return { kind: named("event: ").join(""), data: named("data: ").join("\n") };
}
