// Follows each reply that is on its way, from wherever it stands to its end.
//
// A connection is held only while the tab is shown. Whatever is lost, the next connection begins
// with all that is known, so nothing is missing and nothing comes twice. A browser has few
// connections: where others hold the streams, a window asks how its reply stands.

import { announce } from "./announce.js";
import { connectionBack, connectionLost, pauseBefore } from "./connection.js";
import { apply } from "./reply.js";
import { takeReply } from "./sent.js";
import { streamOf, WANTED } from "./stream.js";

const ASK_EVERY = 1000;
const TRY_AFTER = 5; // Times asked; then a stream may be free.

const following = new Map();

class Follower {
  constructor(reply) {
    this.reply = reply;
    this.tries = this.asked = 0;
    this.tell("parley:reply-began", { stop: reply.dataset.stop });
    this.open();
  }

  async open() {
    const signal = this.begin();
    let stream = takeReply(this.reply.dataset.follow);
    if (document.hidden) return stream?.close();
    try {
      stream ??= streamOf(await fetch(this.reply.dataset.follow, { headers: WANTED, signal }));
    } catch {
      if (!signal.aborted) this.lose();
      return;
    }
    if (signal.aborted) return stream?.close();
    if (!stream) return this.ask();
    signal.addEventListener("abort", () => stream.close());
    try {
      for (let event; (event = await stream.next()); ) this.hear(event.kind, event.data);
    } catch (error) {
      reportError(error); // The reply is asked for anew, from its beginning.
    }
    if (!signal.aborted) this.lose();
  }

  // Ends what is under way, and tells what begins now when it is ended in its turn.
  begin() {
    this.close();
    this.opened = new AbortController();
    return this.opened.signal;
  }

  close() {
    this.opened?.abort();
    clearTimeout(this.timer);
  }

  hear(kind, data) {
    if (kind === "restart") return this.lose();
    apply(this.reply, kind, data);
    announce(this.reply, kind === "end");
    this.tries = 0;
    connectionBack();
    if (kind === "end") this.end();
  }

  lose(next = () => this.open()) {
    this.close();
    connectionLost();
    this.timer = setTimeout(next, pauseBefore(this.tries));
    this.tries += 1;
  }

  // No stream is to be had: how does the reply stand?
  async ask() {
    if (document.hidden) return;
    const signal = this.begin();
    try {
      // Else a sign-in that has ended would lead to its page, where browsers do not tell who asks.
      const headers = { Accept: "text/html", "HX-Request": "true" };
      const answer = await fetch(this.reply.dataset.shownAt, { headers, signal });
      const html = await answer.text();
      if (signal.aborted) return;
      if (answer.status === 404) this.hear("end", "");
      else if (answer.status === 401) location.reload(); // Leads to the sign-in, and back here.
      else if (answer.ok) this.take(html);
      else this.lose(() => this.ask());
    } catch {
      this.lose(() => this.ask());
    }
  }

  take(html) {
    apply(this.reply, "end", html);
    if (!this.reply.hasAttribute("data-follow")) return this.hear("end", html);
    connectionBack();
    announce(this.reply, false);
    this.tries = 0;
    this.asked += 1;
    this.close();
    this.timer = setTimeout(() => (this.asked % TRY_AFTER ? this.ask() : this.open()), ASK_EVERY);
  }

  end() {
    this.close();
    following.delete(this.reply);
    window.htmx?.process(this.reply);
    this.tell("parley:reply-ended", {});
  }

  tell(name, detail) {
    this.reply.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}

function look() {
  for (const [reply, follower] of following) {
    if (reply.isConnected) continue;
    follower.close();
    following.delete(reply);
  }
  for (const reply of document.querySelectorAll("[data-follow]")) {
    if (!following.has(reply)) following.set(reply, new Follower(reply));
  }
}

function reopen() {
  for (const follower of following.values()) follower.open();
}

function closeAll() {
  for (const follower of following.values()) follower.close();
  connectionBack();
}

new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
document.addEventListener("visibilitychange", () => (document.hidden ? closeAll() : reopen()));
addEventListener("online", reopen);
addEventListener("pagehide", closeAll);
addEventListener("pageshow", (event) => event.persisted && reopen());
look();
