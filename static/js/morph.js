// Brings nodes up to date in place: what is selected, focused, scrolled or open stays so.

// The nodes that a piece of the server's HTML consists of.
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.childNodes];
}

// Turns the children `old` of `parent` into `fresh`; new ones go in front of `end`.
export function morphNodes(parent, old, fresh, end = null) {
  let next = 0;
  for (const node of fresh) {
    // An element may stand further on; of text there is some everywhere.
    const last = node.nodeType === Node.ELEMENT_NODE ? old.length : next + 1;
    const found = old.findIndex((there, at) => at >= next && at < last && isAlike(there, node));
    if (found < 0) {
      parent.insertBefore(node, old[next] ?? end);
      continue;
    }
    for (; next < found; next += 1) old[next].remove();
    morph(old[next], node);
    next += 1;
  }
  for (const node of old.slice(next)) node.remove();
}

function isAlike(old, fresh) {
  if (old.nodeName !== fresh.nodeName) return false;
  if (old.nodeType !== Node.ELEMENT_NODE) return true;
  return old.id === fresh.id && old.classList[0] === fresh.classList[0];
}

// Turns one node into another of its kind.
export function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeName === "TEMPLATE") {
    old.replaceWith(fresh);
  } else if (old.nodeType === Node.ELEMENT_NODE) {
    morphAttributes(old, fresh);
    morphNodes(old, [...old.childNodes], [...fresh.childNodes]);
  } else {
    morphText(old, fresh.data);
  }
}

function morphAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    // Whether something is open is the reader's choice.
    if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

// A selection within the part that stays is kept.
function morphText(old, data) {
  let same = 0;
  while (same < old.data.length && old.data[same] === data[same]) same += 1;
  if (same < old.data.length) old.deleteData(same, old.data.length - same);
  if (same < data.length) old.appendData(data.slice(same));
}
