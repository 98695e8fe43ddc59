// Who acts on a turn loses the button with it: the focus goes to what is asked next, or stays in
// the conversation.
let acting = null;

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceElement.matches("[data-acts-on-turn]")) acting = ctx;
});

document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx !== acting) return;
  acting = null;
  if (document.activeElement !== document.body) return; // Refused: the button is still there.
  const place = document.querySelector(".approval") ?? document.querySelector("#transcript");
  place.focus({ preventScroll: true });
});
