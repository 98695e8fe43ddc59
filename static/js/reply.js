// What a page does with the frames of a reply's stream. They are listed in rendering/live.py.

import { morph, morphNodes, parse } from "./morph.js";

const frames = {
  reset: (reply, data) => morphNodes(reply, [...reply.childNodes], parse(data)),
  part: (reply, data) => last(reply, ".turn")?.append(...parse(data)),
  block: finishBlock,
  tail: replaceTail,
  code: (reply, data) => add(last(reply, ".prose code"), data),
  thought: (reply, data) => add(last(reply, ".thought > div"), data),
  tool: putTool,
  end: finish,
};

export const KINDS = Object.keys(frames);

export function apply(reply, kind, data) {
  frames[kind](reply, data);
}

function last(reply, selector) {
  return [...reply.querySelectorAll(selector)].at(-1);
}

function add(element, text) {
  if (element?.lastChild?.nodeType === Node.TEXT_NODE) element.lastChild.appendData(text);
  else element?.append(text);
}

// The open end of the prose is what follows the mark.
function openEnd(reply) {
  const prose = last(reply, ".prose");
  const nodes = [...(prose?.childNodes ?? [])];
  const at = nodes.findLastIndex((node) => node.nodeType === Node.COMMENT_NODE);
  return { prose, mark: nodes[at], tail: at < 0 ? [] : nodes.slice(at + 1) };
}

function finishBlock(reply, data) {
  const { prose, mark, tail } = openEnd(reply);
  if (!mark) return;
  prose.append(mark);
  morphNodes(prose, tail, parse(data), mark);
}

function replaceTail(reply, data) {
  const { prose, mark, tail } = openEnd(reply);
  if (mark) morphNodes(prose, tail, parse(data));
}

function putTool(reply, data) {
  const line = parse(data).find((node) => node.nodeType === Node.ELEMENT_NODE);
  const old = reply.querySelector(`#${CSS.escape(line.id)}`);
  if (old) morph(old, line);
  else last(reply, ".tools")?.append(line);
}

function finish(reply, data) {
  const fresh = parse(data).find((node) => node.nodeType === Node.ELEMENT_NODE);
  if (fresh) morph(reply, fresh);
  else reply.removeAttribute("data-follow"); // The chat is gone; what was read stays.
}
