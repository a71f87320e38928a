// Pages are whole without this; it only spares some clicks.
document.documentElement.classList.add("scripted");
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form) form.requestSubmit();
});
// After a refused form the list of mistakes is where reading goes on.
const summary = document.querySelector(".summary");
if (summary) summary.focus();
// On a narrow screen the place one is at may lie beyond the edge of the navigation.
const here = document.querySelector(".nav [aria-current]");
const nav = here && here.closest("ul");
if (nav && nav.scrollWidth > nav.clientWidth) {
  nav.scrollLeft = here.offsetLeft - nav.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;
}
// Printing is the browser's; the button only saves looking for it.
for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
// A file that is too large is named before it is sent.
for (const input of document.querySelectorAll("input[type=file][data-most]")) {
  input.addEventListener("change", () => {
    const file = input.files[0];
    input.setCustomValidity(file && file.size > Number(input.dataset.most) ? input.dataset.tooLarge : "");
    input.reportValidity();
  });
}
// Where units stand in a call is looked up again while somebody watches.
for (const part of document.querySelectorAll("[data-live]")) {
  let shown = "";
  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(part.dataset.live, { headers: { accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const text = await answer.text();
      if (text !== shown) part.innerHTML = shown = text;
    } catch {
      // The network comes back or it does not; what is shown stays.
    }
  };
  setInterval(look, 4000);
  document.addEventListener("visibilitychange", look);
}
// Where somebody is fills in the place; without it the address does.
for (const button of document.querySelectorAll("button[data-locate]")) {
  const form = button.form;
  const said = document.querySelector("[data-locate-said]");
  button.addEventListener("click", () => {
    const failed = () => (said.textContent = button.dataset.failed);
    if (!navigator.geolocation) return failed();
    navigator.geolocation.getCurrentPosition((place) => {
      form.elements.longitude.value = place.coords.longitude.toFixed(6);
      form.elements.latitude.value = place.coords.latitude.toFixed(6);
      said.textContent = button.dataset.located;
    }, failed, { timeout: 10000 });
  });
}
