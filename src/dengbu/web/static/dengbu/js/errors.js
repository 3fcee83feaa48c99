// Takes the reader to the error summary, after the page has loaded and after a fragment was swapped in.
// A link of the summary moves focus to the field itself, with its label in view.
function focusSummary(root) {
  const box = root.querySelector("[data-error-summary]");
  if (box) box.focus();
  return Boolean(box);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-error-summary] a[href^='#']");
  if (!link) return;
  const field = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!field) return;
  event.preventDefault();
  (field.closest(".field") ?? field).scrollIntoView({ block: "start" });
  field.focus({ preventScroll: true });
});

document.addEventListener("htmx:afterSettle", (event) => {
  const root = event.detail?.elt ?? document;
  if (focusSummary(root)) return;
  const target = root.querySelector("[data-autofocus-after-swap]");
  if (target) {
    if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
    target.focus();
  }
});

// "/" goes to the search field of the workbench, unless somebody is typing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const search = document.querySelector("[data-slash-focus]");
  if (!search) return;
  event.preventDefault();
  search.focus();
});

focusSummary(document);
