// What a page does with the frames of a reply's stream. They are listed in rendering/live.py.

import { morph, morphNodes, parse } from "./morph.js";

const frames = {
  reset: (reply, data) => morphNodes(reply, [...reply.childNodes], parse(data)),
  part: (reply, data) => last(reply, ".turn")?.append(...parse(data)),
  block: (reply, data) => finish(blocksEnd(reply), data),
  tail: (reply, data) => replace(blocksEnd(reply), data),
  rise: (reply) => itemsEnd(reply)?.remove(),
  items: (reply, data) => finish(itemsEnd(reply), data),
  item: (reply, data) => replace(itemsEnd(reply), data),
  code: (reply, data) => add(last(reply, ".prose code"), data),
  thought: (reply, data) => add(last(reply, ".thought > div"), data),
  tool: putTool,
  end: finishReply,
};

export function apply(reply, kind, data) {
  frames[kind]?.(reply, data); // A newer server may have others, until the page is loaded anew.
}

function last(reply, selector) {
  return [...reply.querySelectorAll(selector)].at(-1);
}

function add(element, text) {
  if (element?.lastChild?.nodeType === Node.TEXT_NODE) element.lastChild.appendData(text);
  else element?.append(text);
}

// The open end of the prose is what follows the mark. If that is a long block, its own open end
// follows another mark in it, and so on.
function blocksEnd(reply) {
  const marks = last(reply, ".prose")?.childNodes ?? [];
  return [...marks].findLast((node) => node.nodeType === Node.COMMENT_NODE);
}

function itemsEnd(reply) {
  const walker = document.createTreeWalker(last(reply, ".prose"), NodeFilter.SHOW_COMMENT);
  while (walker.nextNode());
  return walker.currentNode;
}

function behind(mark) {
  const nodes = [...mark.parentNode.childNodes];
  return nodes.slice(nodes.indexOf(mark) + 1);
}

function finish(mark, data) {
  if (!mark) return;
  const open = behind(mark);
  mark.parentNode.append(mark);
  morphNodes(mark.parentNode, open, parse(data), mark);
}

function replace(mark, data) {
  if (mark) morphNodes(mark.parentNode, behind(mark), parse(data));
}

function putTool(reply, data) {
  const line = parse(data).find((node) => node.nodeType === Node.ELEMENT_NODE);
  const old = reply.querySelector(`#${CSS.escape(line.id)}`);
  if (old) morph(old, line);
  else last(reply, ".tools")?.append(line);
}

function finishReply(reply, data) {
  const fresh = parse(data).find((node) => node.nodeType === Node.ELEMENT_NODE);
  if (fresh) morph(reply, fresh);
  else reply.removeAttribute("data-follow"); // The chat is gone; what was read stays.
}
