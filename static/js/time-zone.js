// The zone of this browser's clock is told at the first sign-in, and offered where another one is
// chosen.
const offer = document.querySelector("[data-zone-offer]");
const select = offer && document.getElementById(offer.dataset.zoneOffer);
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
for (const field of document.querySelectorAll("[data-time-zone]")) field.value = timeZone;

const own = select && [...select.options].find((option) => option.value === timeZone);

function show() {
  offer.hidden = select.value === own.value;
}

if (own) {
  offer.querySelector("[data-zone-name]").textContent = own.label;
  offer.querySelector("button").addEventListener("click", () => {
    select.value = own.value;
    select.focus();
    show();
  });
  select.addEventListener("change", show);
  show();
}
