// Earlier messages come in above what is read, which stays where it is.
let fromEnd = 0;

function stageOf(event) {
  const { sourceElement } = event.detail.ctx;
  return sourceElement.matches("[data-earlier]") ? document.querySelector("[data-stick]") : null;
}

document.addEventListener("htmx:before:swap", (event) => {
  const stage = stageOf(event);
  if (stage) fromEnd = stage.scrollHeight - stage.scrollTop;
});

document.addEventListener("htmx:after:swap", (event) => {
  const stage = stageOf(event);
  if (stage) stage.scrollTop = stage.scrollHeight - fromEnd;
});
