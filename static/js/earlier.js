// Earlier messages come in above what is read, which stays where it is.
import { aroundSwap } from "./swaps.js";

aroundSwap("[data-earlier]", (link) => {
  const stage = link.closest("[data-stick]");
  const fromEnd = stage.scrollHeight - stage.scrollTop;
  return () => {
    stage.scrollTop = stage.scrollHeight - fromEnd;
  };
});
