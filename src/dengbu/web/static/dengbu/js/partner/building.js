// The building table: one tab stop, arrow keys between cells, Shift-click for a range. Without it: plain checkboxes.
const table = document.querySelector("[data-building-table]");
if (table) {
  const boxes = [...table.querySelectorAll("input[type=checkbox]")];
  const rows = [...table.rows].map((row) => [...row.querySelectorAll("input[type=checkbox]")]).filter((r) => r.length);
  const say = document.querySelector("[data-chosen]");
  const count = () => {
    document.querySelector("[data-chosen-count]").textContent = boxes.filter((b) => b.checked).length;
    say.hidden = false;
  };
  const stop = (box) => boxes.forEach((b) => { b.tabIndex = b === box ? 0 : -1; });
  const place = (box) => { const y = rows.findIndex((r) => r.includes(box)); return [y, rows[y].indexOf(box)]; };
  let last = null;
  if (boxes.length) { stop(boxes[0]); count(); }
  table.addEventListener("focusin", (e) => { if (boxes.includes(e.target)) stop(e.target); });
  table.addEventListener("keydown", (e) => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[e.key];
    if (!step || !boxes.includes(e.target)) return;
    const [y, x] = place(e.target);
    const row = rows[y + step[0]];
    const next = row && row[Math.min(x + step[1], step[0] ? row.length - 1 : x + step[1])];
    if (next) next.focus();
    e.preventDefault();
  });
  table.addEventListener("click", (e) => {
    if (!boxes.includes(e.target)) return;
    if (e.shiftKey && last && last !== e.target) {
      const [a, b] = [boxes.indexOf(last), boxes.indexOf(e.target)].sort((m, n) => m - n);
      boxes.slice(a, b + 1).forEach((box) => { box.checked = e.target.checked; });
    }
    last = e.target;
  });
  table.addEventListener("change", count);
  table.addEventListener("click", count);
}
