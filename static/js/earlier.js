// Earlier messages come in above what is read, which stays where it is.
const stage = document.querySelector("[data-stick]");
let loading = null; // The request whose answer comes in; what has sent it goes with the answer.
let fromEnd = 0;

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (!stage || !ctx.sourceElement.matches("[data-earlier]")) return;
  loading = ctx;
  fromEnd = stage.scrollHeight - stage.scrollTop;
});

document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx !== loading) return;
  loading = null;
  stage.scrollTop = stage.scrollHeight - fromEnd;
});
