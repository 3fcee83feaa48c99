// Reads an amount back in Chinese capitals while it is typed. The server draws the same line without JavaScript.
const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const SMALL = ["", "拾", "佰", "仟"];
const BIG = ["", "万", "亿", "万亿"];

function section(value) {
  let out = "";
  let zero = false;
  for (let power = 3; power >= 0; power -= 1) {
    const digit = Math.floor(value / 10 ** power) % 10;
    if (digit === 0) zero = out !== "";
    else {
      out += (zero ? "零" : "") + DIGITS[digit] + SMALL[power];
      zero = false;
    }
  }
  return out;
}

export function capital(typed) {
  let text = typed.replace(/[,，\s]/g, "").replace(/元$/, "");
  let shift = 0;
  if (/[万亿]$/.test(text)) {
    shift = text.endsWith("亿") ? 8 : 4;
    text = text.slice(0, -1);
  }
  const found = /^(\d{1,14})(?:\.(\d+))?$/.exec(text);
  if (!found) return "";
  const decimals = (found[2] ?? "").padEnd(shift + 2, "0");
  if (/[1-9]/.test(decimals.slice(shift + 2))) return "";
  const fen = BigInt(found[1] + decimals.slice(0, shift + 2));
  if (fen <= 0n || fen > 10n ** 15n) return "";
  let yuan = fen / 100n;
  const rest = Number(fen % 100n);
  const parts = [];
  while (yuan > 0n) {
    parts.push(Number(yuan % 10000n));
    yuan /= 10000n;
  }
  let whole = "";
  let gap = false;
  for (let place = parts.length - 1; place >= 0; place -= 1) {
    if (parts[place] === 0) gap = whole !== "";
    else {
      if (whole && (gap || parts[place] < 1000)) whole += "零";
      // 万亿 and 亿 in one number share the word 亿
      whole += section(parts[place]) + (place === 3 && parts[2] ? "万" : BIG[place]);
      gap = false;
    }
  }
  let out = whole ? `${whole}元` : "";
  if (rest === 0) return `${out}整`;
  const jiao = Math.floor(rest / 10);
  if (jiao) out += `${DIGITS[jiao]}角`;
  else if (whole) out += "零";
  return rest % 10 ? `${out}${DIGITS[rest % 10]}分` : out;
}

document.addEventListener("input", (event) => {
  const line = event.target.dataset?.readback && document.getElementById(event.target.dataset.readback);
  if (!line) return;
  const words = capital(event.target.value);
  line.textContent = words ? `大写：${words}` : "";
});
