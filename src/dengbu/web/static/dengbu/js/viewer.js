// The picture viewer of the review page: <div data-viewer> holds <img data-page> per page (or one), and buttons
// data-act="zoom-in|zoom-out|fit|rotate-left|rotate-right|contrast|next|previous". Pages are also plain links.
for (const viewer of document.querySelectorAll("[data-viewer]")) {
  const pages = [...viewer.querySelectorAll("[data-page]")];
  const note = viewer.querySelector("[data-viewer-note]");
  const scale = viewer.querySelector("[data-viewer-scale]");
  let at = Math.max(0, pages.findIndex((p) => !p.hidden));
  let zoom = 100;
  let turn = 0;

  function draw() {
    pages.forEach((page, index) => { page.hidden = index !== at; });
    const page = pages[at];
    if (!page) return;
    page.style.width = `${zoom}%`;
    page.style.maxWidth = "none";
    page.style.rotate = `${turn}deg`;
    if (note) note.textContent = `第${at + 1}页，共${pages.length}页`;
    if (scale) scale.textContent = `${zoom}%`;
    for (const thumb of viewer.querySelectorAll("[data-thumb]")) {
      if (Number(thumb.dataset.thumb) === at + 1) thumb.setAttribute("aria-current", "true");
      else thumb.removeAttribute("aria-current");
    }
  }

  const acts = {
    "zoom-in": () => { zoom = Math.min(400, zoom + 10); },
    "zoom-out": () => { zoom = Math.max(30, zoom - 10); },
    fit: () => { zoom = 100; turn = 0; },
    "rotate-left": () => { turn = (turn + 270) % 360; },
    "rotate-right": () => { turn = (turn + 90) % 360; },
    next: () => { at = Math.min(pages.length - 1, at + 1); },
    previous: () => { at = Math.max(0, at - 1); },
  };

  viewer.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button?.dataset.act === "contrast") {
      const on = viewer.classList.toggle("is-contrast");
      button.setAttribute("aria-pressed", String(on));
      return;
    }
    if (button && acts[button.dataset.act]) {
      event.preventDefault();
      acts[button.dataset.act]();
      draw();
      return;
    }
    const thumb = event.target.closest("[data-thumb]");
    if (thumb && pages[Number(thumb.dataset.thumb) - 1]) {
      event.preventDefault();
      at = Number(thumb.dataset.thumb) - 1;
      draw();
    }
  });

  // A row of the comparison shows its page: <a href="…" data-show-page="3">.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-show-page]");
    if (!link || !pages[Number(link.dataset.showPage) - 1]) return;
    event.preventDefault();
    at = Number(link.dataset.showPage) - 1;
    draw();
  });
  if (pages.length) draw();
}
