// Alt+1, Alt+2, Alt+3 choose the verdict of the current item: the radios of <fieldset data-verdict-keys>.
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey) return;
  const number = /^(?:Digit|Numpad)([1-3])$/.exec(event.code)?.[1];
  const group = number && document.querySelector("[data-verdict-keys]");
  const radio = group && group.querySelectorAll("input[type=radio]")[Number(number) - 1];
  if (!radio || radio.disabled) return;
  event.preventDefault();
  radio.checked = true;
  radio.focus();
  radio.dispatchEvent(new Event("change", { bubbles: true }));
});

// Drawn state of joined radios, for engines without :has().
document.addEventListener("change", (event) => {
  const row = event.target.closest?.(".verdict");
  if (!row || event.target.type !== "radio") return;
  for (const label of row.querySelectorAll("label")) label.classList.toggle("on", label.contains(event.target));
});
