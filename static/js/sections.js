// Of the sections in a row, the one that is open is in sight, where the browser does not see to it.
if (!CSS.supports("scroll-initial-target", "nearest")) {
  document.querySelector(".sections [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}
