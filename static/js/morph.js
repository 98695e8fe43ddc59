// Brings nodes up to date in place: what is selected, focused, scrolled or open stays so.

// The nodes that a piece of the server's HTML consists of.
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.childNodes];
}

// Turns the children `old` of `parent` into `fresh`; new ones go in front of `end`.
export function morphNodes(parent, old, fresh, end = null) {
  for (let i = 0; i < Math.max(old.length, fresh.length); i += 1) {
    if (i >= old.length) parent.insertBefore(fresh[i], end);
    else if (i >= fresh.length) old[i].remove();
    else morph(old[i], fresh[i]);
  }
}

// Turns one node into another, or puts the other in its place where they are of different kinds.
export function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeName !== fresh.nodeName || old.nodeName === "TEMPLATE" || old.id !== fresh.id) {
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
