// <form data-autosave="/…/autosave" data-autosave-status="#save-status">: saves what was typed 20 s after a change, when
// a field is left and when the page is hidden. Never validates, never touches the fields. Writes into a role=status
// that is already on the page; a screen reader hears the first save and every failure, not each save.
const WAIT = 20000;

function start(form) {
  const status = document.querySelector(form.dataset.autosaveStatus || "#save-status");
  let dirty = false;
  let busy = false;
  let timer = 0;
  let announced = false;

  function say(text, failure) {
    if (!status) return;
    status.setAttribute("aria-live", failure || !announced ? "polite" : "off");
    status.textContent = text;
    if (!failure) announced = true;
  }

  async function save(leaving) {
    clearTimeout(timer);
    if (!dirty || busy) return;
    dirty = false;
    busy = true;
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST", body: data, credentials: "same-origin", keepalive: Boolean(leaving),
        headers: { "X-Requested-With": "XMLHttpRequest" },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const clock = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
      say(`已自动保存 ${answer.headers.get("X-Saved-At") || clock}`);
    } catch {
      dirty = true;
      say(navigator.onLine ? "暂时没有保存成功，会自动再试" : "网络断开，内容还在本页，联网后自动保存", true);
      timer = setTimeout(save, WAIT);
    } finally {
      busy = false;
    }
  }

  form.addEventListener("input", () => {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, WAIT);
  });
  form.addEventListener("change", () => { dirty = true; });
  form.addEventListener("focusout", () => save());
  form.addEventListener("submit", () => { dirty = false; clearTimeout(timer); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(true); });
  addEventListener("online", () => save());
  addEventListener("offline", () => say("网络断开，内容还在本页，联网后自动保存", true));
}

for (const form of document.querySelectorAll("form[data-autosave]")) start(form);
