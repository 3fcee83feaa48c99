// <input data-filter="id_type">: narrows the choices of that fieldset while somebody types. A choice stays where every
// word stands in its text or its data-words. Enter or arrow down goes to the first that is left; empty groups go away.
for (const input of document.querySelectorAll("[data-filter]")) {
  const list = document.getElementById(input.dataset.filter);
  const none = document.querySelector("[data-filter-none]");
  if (!list) continue;
  const choices = [...list.querySelectorAll("label")].map((label) => ({
    label,
    text: `${label.textContent} ${label.dataset.words ?? ""}`.toUpperCase(),
  }));
  const narrow = () => {
    const words = input.value.toUpperCase().split(/\s+/).filter(Boolean);
    for (const { label, text } of choices) {
      label.hidden = !words.every((word) => text.includes(word));
      if (label.hidden) label.querySelector("input").checked = false; // nothing that nobody sees is sent
    }
    for (const group of list.querySelectorAll("[role=group]")) group.hidden = !group.querySelector("label:not([hidden])");
    if (none) none.hidden = choices.some(({ label }) => !label.hidden);
  };
  input.addEventListener("input", narrow);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || !["Enter", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const first = choices.find(({ label }) => !label.hidden)?.label.querySelector("input");
    if (!first) return;
    first.checked = true;
    first.focus();
  });
  narrow();
}
