// Keeps the end of the conversation in view while the reader is there, and only then.

const NEAR = 4;

function stick(stage) {
  const log = stage.querySelector("[role=log]");
  let isStuck = true;
  let top = 0;

  const distance = () => stage.scrollHeight - stage.scrollTop - stage.clientHeight;

  function showButton() {
    for (const button of document.querySelectorAll("[data-to-end]")) {
      button.hidden = isStuck || distance() <= stage.clientHeight / 4;
    }
  }

  function toEnd() {
    isStuck = true;
    stage.scrollTop = stage.scrollHeight;
    showButton();
  }

  stage.addEventListener("scroll", () => {
    // Upwards is the reader's wish at once, unless the end itself has come up.
    if (distance() <= NEAR) isStuck = true;
    else if (stage.scrollTop < top) isStuck = false;
    top = stage.scrollTop;
    showButton();
  }, { passive: true });

  const observer = new ResizeObserver(() => (isStuck ? toEnd() : showButton()));
  observer.observe(stage);
  if (log) observer.observe(log);
  document.addEventListener("click", (event) => event.target.closest("[data-to-end]") && toEnd());
  document.addEventListener("parley:reply-began", toEnd);
  toEnd();
}

for (const stage of document.querySelectorAll("[data-stick]")) stick(stage);
