// A field for words grows with them, where the browser does not see to it.
const GROWS_ITSELF = CSS.supports("field-sizing", "content");

export function grow(text) {
  if (GROWS_ITSELF) return;
  text.style.height = "auto";
  const borders = text.offsetHeight - text.clientHeight;
  text.style.height = `${text.scrollHeight + borders}px`;
}
