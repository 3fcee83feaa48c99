// A hand scanner types: keys less than 35 ms apart, ended by Enter. On a page with an <input data-scan-target> such a
// burst goes into that field and its form is sent, wherever the focus is. event.code is read, because a Chinese input
// method swallows event.key (keyCode 229). Codes carry A-Z, 0-9, hyphen and, for addresses, / : . only.
const GAP = 35;
const SHORTEST = 6;
const target = document.querySelector("[data-scan-target]");
const PLAIN = { Minus: "-", Slash: "/", Period: ".", NumpadSubtract: "-" };

function letter(code, shift) {
  if (/^Key[A-Z]$/.test(code)) return code[3];
  if (/^(Digit|Numpad)\d$/.test(code)) return code.at(-1);
  if (code === "Semicolon" && shift) return ":";
  return PLAIN[code] || "";
}

if (target) {
  let typed = "";
  let before = -Infinity;
  let field = null;
  let kept = "";

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const quick = event.timeStamp - before < GAP;
    before = event.timeStamp;
    if (event.code === "Enter" || event.code === "NumpadEnter") {
      if (!quick || typed.length < SHORTEST) {
        typed = "";
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      if (field && field !== target) field.value = kept;
      target.value = typed;
      typed = "";
      target.dispatchEvent(new Event("input", { bubbles: true }));
      target.form?.requestSubmit();
      return;
    }
    const sign = letter(event.code, event.shiftKey);
    if (!sign) return;
    if (!quick) {
      typed = "";
      const at = document.activeElement;
      field = at?.matches("input:not([type=radio], [type=checkbox]), textarea") ? at : null;
      kept = field?.value ?? "";
    }
    typed += sign;
  }, true);
}
