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
// Whoever signs out leaves no page of the field desk on the device.
for (const form of document.querySelectorAll("form[action='/sign-out']")) {
  form.addEventListener("submit", async (event) => {
    if (!window.caches) return;
    event.preventDefault();
    try {
      await caches.delete("huitian-desk");
    } catch {
      // Nothing is kept where nothing can be asked for.
    }
    form.submit();
  });
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
// Where units stand in a call, and how a wave goes, is looked up again while somebody watches.
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
  setInterval(look, (Number(part.dataset.every) || 4) * 1000);
  document.addEventListener("visibilitychange", look);
}
// Rows of a Gantt chart are one stop of the tab key; arrows move between them, and what a row says is shown below.
for (const chart of document.querySelectorAll("[data-gantt]")) {
  const rows = [...chart.querySelectorAll(".gantt-strip a")];
  const said = document.querySelector("[data-gantt-said]");
  if (rows.length === 0) continue;
  const tell = (row) => {
    said.hidden = false;
    said.textContent = row.title ? `${row.textContent}: ${row.title}` : row.textContent;
  };
  let at = 0;
  rows.forEach((row, index) => (row.tabIndex = index === 0 ? 0 : -1));
  const go = (index) => {
    rows[at].tabIndex = -1;
    at = Math.max(0, Math.min(rows.length - 1, index));
    rows[at].tabIndex = 0;
    rows[at].focus();
  };
  chart.addEventListener("focusin", (event) => {
    const index = rows.indexOf(event.target);
    if (index < 0) return;
    rows[at].tabIndex = -1;
    rows[(at = index)].tabIndex = 0;
    tell(rows[at]);
  });
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -Infinity, End: Infinity };
  chart.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !(event.key in steps)) return;
    event.preventDefault();
    if (event.target === chart) go(event.key === "End" ? rows.length - 1 : event.key === "Home" ? 0 : at);
    else go(at + steps[event.key]);
  });
  // The bars belong to their names: pointing at one tells it, and a click opens it.
  let pointed = null;
  const rowAt = (event) => {
    const svg = event.target.closest(".gantt-strip svg");
    if (!svg) return null;
    const index = Math.floor((event.clientY - svg.getBoundingClientRect().top) / 26);
    return svg.previousElementSibling.children[index]?.firstElementChild ?? null;
  };
  chart.addEventListener("pointermove", (event) => {
    const row = rowAt(event);
    if (row === pointed) return;
    pointed?.parentElement.classList.remove("pointed");
    (pointed = row)?.parentElement.classList.add("pointed");
    if (row) tell(row);
  });
  chart.addEventListener("pointerleave", () => {
    pointed?.parentElement.classList.remove("pointed");
    pointed = null;
  });
  chart.addEventListener("click", (event) => rowAt(event)?.click());
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
