// Questions that belong to one answer of another are hidden while that answer is not chosen. Without JavaScript all stand there.
function chosen(form, name) {
  const field = form.elements[name];
  if (!field) return "";
  return field.value ?? "";
}

function settle(form) {
  for (const box of form.querySelectorAll("[data-only-if]")) {
    const wanted = (box.dataset.onlyValues ?? "").split(" ");
    box.hidden = !wanted.includes(chosen(form, box.dataset.onlyIf));
  }
}

for (const form of document.querySelectorAll("form")) {
  if (!form.querySelector("[data-only-if]")) continue;
  form.addEventListener("change", () => settle(form));
  settle(form);
}
