// Pages work without this. With it, a form that is being sent says so, and is not sent twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
  // Where the answer is a file the page stays, and nothing says when the file has come.
  if ("download" in form.dataset) setTimeout(release, 3000, form);
});
// Back from the browser's memory, the form is to be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach(release);
});
function release(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
}
