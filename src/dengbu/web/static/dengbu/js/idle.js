// <body data-idle="1620" data-idle-grace="180" data-keepalive="/keepalive" data-logout="/logout/">: warns before the
// session ends; 继续办理 extends it as often as wanted. Seconds; elder mode doubles the grace in the template.
const body = document.body;
const idle = Number(body.dataset.idle);

if (idle > 0 && typeof HTMLDialogElement === "function") {
  const grace = Number(body.dataset.idleGrace || 180);
  const minutes = Math.max(1, Math.round(grace / 60));
  const dialog = document.createElement("dialog");
  dialog.className = "ask";
  dialog.setAttribute("aria-labelledby", "idle-title");
  const title = document.createElement("h2");
  title.id = "idle-title";
  title.textContent = "您还在吗？";
  const text = document.createElement("p");
  text.textContent = `为保护您的信息，${minutes} 分钟后将退出登录。草稿已保存。`;
  const left = document.createElement("p");
  left.setAttribute("role", "status");
  const buttons = document.createElement("div");
  buttons.className = "btns";
  const stay = document.createElement("button");
  stay.type = "button";
  stay.className = "btn primary";
  stay.textContent = "继续办理";
  const go = document.createElement("a");
  go.className = "btn btn--ghost";
  go.href = body.dataset.logout || "/";
  go.textContent = "退出";
  buttons.append(stay, go);
  dialog.append(title, text, left, buttons);
  body.append(dialog);

  let warn = 0;
  let tick = 0;
  let until = 0;

  function token() {
    return document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";
  }

  function arm() {
    clearTimeout(warn);
    clearInterval(tick);
    warn = setTimeout(open, idle * 1000);
  }

  function open() {
    until = Date.now() + grace * 1000;
    left.textContent = "";
    dialog.showModal();
    stay.focus();
    tick = setInterval(() => {
      const seconds = Math.ceil((until - Date.now()) / 1000);
      if ([60, 30, 10].includes(seconds)) left.textContent = `还有 ${seconds} 秒`;
      if (seconds > 0) return;
      clearInterval(tick); // leave once: a second assign would abort the first
      location.assign(go.href);
    }, 1000);
  }

  async function extend() {
    if (dialog.open) dialog.close();
    arm();
    if (body.dataset.keepalive) {
      await fetch(body.dataset.keepalive, {
        method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": token() },
      }).catch(() => {});
    }
  }

  stay.addEventListener("click", extend);
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); extend(); });
  for (const kind of ["keydown", "pointerdown"]) {
    document.addEventListener(kind, () => { if (!dialog.open) arm(); }, { passive: true });
  }
  arm();
}
