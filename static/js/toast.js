// What is offered for some seconds goes when they are over; not while somebody is about to take it.

function count() {
  for (const toast of document.querySelectorAll("[data-gone-after]")) {
    const seconds = toast.dataset.goneAfter;
    delete toast.dataset.goneAfter;
    setTimeout(function leave() {
      if (toast.matches(":hover, :focus-within")) setTimeout(leave, 1000);
      else toast.remove();
    }, seconds * 1000);
  }
}

count();
document.addEventListener("htmx:after:swap", count);
