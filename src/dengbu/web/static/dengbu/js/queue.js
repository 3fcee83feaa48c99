// <div class="notice" data-queue-count="/desk/review/count" data-queue-seen="28" role="status" hidden>: asks every 30 s
// how many cases arrived and says so; rows never move by themselves. Answer: {"count": 31} or {"new": 3}.
// <table data-queue> moves between its rows with arrow keys; Enter opens.
const notice = document.querySelector("[data-queue-count]");

if (notice) {
  const seen = Number(notice.dataset.queueSeen || 0);
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(notice.dataset.queueCount, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const found = await answer.json();
      const fresh = found.new ?? found.count - seen;
      if (fresh <= 0) return;
      const link = document.createElement("a");
      link.href = location.href;
      link.textContent = "点此刷新";
      const words = document.createElement("span");
      words.append(`有 ${fresh} 件新申请，`, link);
      notice.hidden = false;
      if (notice.dataset.said === String(fresh)) return;
      notice.dataset.said = String(fresh);
      notice.replaceChildren(words);
    } catch {
      // offline: the list on screen still says when it was taken
    }
  }, 30000);
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const row = event.target.closest?.("table[data-queue] tbody tr");
  if (!row || event.target.matches("input, select, textarea")) return;
  const next = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
  const link = next?.querySelector("a");
  if (!link) return;
  event.preventDefault();
  link.focus();
});
