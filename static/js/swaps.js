// What is to be done when an answer comes in, told by what asked for it: that may go with the answer.
// `before` is called with it, and gives what is called when the answer is in its place.
export function aroundSwap(selector, before) {
  let swap = null;
  let after = null;
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    if (!ctx.sourceElement.matches(selector)) return;
    swap = ctx;
    after = before(ctx.sourceElement);
  });
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx !== swap) return;
    swap = null;
    after();
  });
}
