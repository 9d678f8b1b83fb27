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
// A part of a page that comes anew may take away what has the focus. Then what is around it has the
// focus, so that somebody at a keyboard goes on from there and not from the top of the page.
let focused = null;
let around = [];
document.addEventListener("focusin", ({ target }) => {
  focused = target;
  around = [];
  for (let one = target; one; one = one.parentElement) if (one.id) around.push(one.id);
});
document.addEventListener("pointerdown", () => (focused = null));
new MutationObserver(() => {
  if (!focused || focused.isConnected || document.activeElement !== document.body) return;
  const near = around.map((id) => document.getElementById(id)).find((one) => one);
  if (!near) return;
  if (near.tabIndex < 0) near.tabIndex = -1;
  near.focus({ preventScroll: true });
}).observe(document.body, { childList: true, subtree: true });
