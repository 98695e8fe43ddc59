// A download goes on in the browser; the page says at once that it has begun, and asks how far it is.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-packs]")) document.dispatchEvent(new CustomEvent("parley:packing"));
});
