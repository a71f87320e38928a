// Pages are whole without this; it only spares some clicks.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form) form.requestSubmit();
});
// After a refused form the list of mistakes is where reading goes on.
const summary = document.querySelector(".summary");
if (summary) summary.focus();
