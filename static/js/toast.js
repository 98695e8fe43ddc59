// What is offered for some seconds goes when they are over; not while somebody is about to take it.

for (const toast of document.querySelectorAll("[data-gone-after]")) {
  setTimeout(function leave() {
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, 1000);
    else toast.remove();
  }, toast.dataset.goneAfter * 1000);
}
