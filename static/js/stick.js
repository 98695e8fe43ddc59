// Keeps the end of the conversation in view while the reader is there, and only then.

const NEAR = 4;

function stick(stage) {
  const log = stage.querySelector("[role=log]");
  const opensAt = stage.querySelector("#at");
  let isStuck = !opensAt;
  let top = 0;

  // What is the end of the page is not that of the chat while later messages are to come.
  const isAtEnd = () => distance() <= NEAR && !stage.querySelector("[data-later]");
  const distance = () => stage.scrollHeight - stage.scrollTop - stage.clientHeight;

  function showButton() {
    for (const button of document.querySelectorAll("[data-to-end]")) {
      button.hidden = isStuck || distance() <= stage.clientHeight / 4;
    }
  }

  function toEnd() {
    isStuck = true;
    stage.scrollTop = stage.scrollHeight;
    top = stage.scrollTop; // Higher up where something went: that is nobody's wish.
    showButton();
  }

  stage.addEventListener("scroll", () => {
    // Upwards is the reader's wish at once, unless the end itself has come up.
    if (isAtEnd()) isStuck = true;
    else if (stage.scrollTop < top) isStuck = false;
    top = stage.scrollTop;
    showButton();
  }, { passive: true });

  const observer = new ResizeObserver(() => (isStuck ? toEnd() : showButton()));
  observer.observe(stage);
  if (log) observer.observe(log);
  document.addEventListener("click", (event) => event.target.closest("[data-to-end]") && toEnd());
  document.addEventListener("parley:reply-began", toEnd);
  if (opensAt) opensAt.scrollIntoView();
  else toEnd();
}

for (const stage of document.querySelectorAll("[data-stick]")) stick(stage);
