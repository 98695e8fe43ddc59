// A starter fills the composer; another agent brings its own starters and its name.
document.addEventListener("click", (event) => {
  const starter = event.target.closest("[data-starter]");
  if (!starter) return;
  event.preventDefault();
  const text = document.querySelector("#text");
  text.value = starter.value;
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
});

function show(choice) {
  const title = choice.dataset.agent;
  for (const starters of document.querySelectorAll("[data-starters-of]")) {
    starters.hidden = starters.dataset.startersOf !== choice.value;
  }
  const notice = document.querySelector("[data-model-notice]");
  if (notice) notice.hidden = "bringsModel" in choice.dataset;
  document.querySelector("#text").placeholder = `Message ${title}`;
  document.querySelector("[data-agent-title]").textContent = title;
  const initial = choice.closest("label").querySelector(".initial").textContent;
  document.querySelector("[data-agent-initial]").textContent = initial;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-agent]")) show(event.target);
});

// The browser may have kept another choice than the page came with.
const chosen = document.querySelector("[data-agent]:checked");
if (chosen) show(chosen);
