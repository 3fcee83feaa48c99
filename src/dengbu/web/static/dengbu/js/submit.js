// A second click within a second sends nothing. The server holds an idempotency key as well; this only spares people
// the wait. Buttons stay enabled in the form data: they are marked, not disabled, so that their value is sent.
const HOLD = 1000;
const SLOW = 8000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || (form.method || "").toLowerCase() !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  const button = event.submitter;
  button?.classList.add("is-sending");
  button?.setAttribute("aria-disabled", "true");
  const release = () => {
    delete form.dataset.sent;
    button?.classList.remove("is-sending");
    button?.removeAttribute("aria-disabled");
  };
  setTimeout(release, HOLD);
  const slow = form.querySelector("[data-slow-note]");
  if (slow) setTimeout(() => { slow.textContent = "比平时慢，请不要关闭页面"; }, SLOW);
});

// Back from the next page: nothing may stay locked.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
