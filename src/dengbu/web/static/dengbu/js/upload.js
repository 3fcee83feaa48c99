// <form data-upload enctype="multipart/form-data"> with one <input type="file" name="…"> and <div data-upload-list>.
// Sends each file on its own with progress in words; the answer is the HTML of its row (components/upload_item.html),
// status 2xx or 422. Without JavaScript the same form is a plain multipart POST.
function row(name) {
  const box = document.createElement("div");
  box.className = "file";
  box.dataset.state = "uploading";
  const middle = document.createElement("div");
  const line = document.createElement("p");
  const title = document.createElement("strong");
  const text = document.createElement("span");
  const bar = document.createElement("progress");
  title.textContent = name;
  text.setAttribute("role", "status");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", `${name}上传进度`);
  line.append(title, "　", text);
  middle.append(line, bar);
  const ops = document.createElement("div");
  ops.className = "ops";
  box.append(document.createElement("span"), middle, ops);
  return { box, text, bar, ops, line };
}

function button(words, act) {
  const b = document.createElement("button");
  b.type = "button";
  b.className = "act";
  b.textContent = words;
  b.addEventListener("click", act);
  return b;
}

let sending = 0;
addEventListener("beforeunload", (event) => { if (sending) event.preventDefault(); });

function send(form, input, file, list) {
  const view = row(file.name);
  list.append(view.box);
  const data = new FormData(form);
  data.delete(input.name);
  data.append(input.name, file, file.name);
  const request = new XMLHttpRequest();
  let last = -1;
  sending += 1;

  function failed(words) {
    view.box.classList.add("file--err");
    view.bar.remove();
    view.text.textContent = words;
    view.ops.replaceChildren(
      button("重新上传", () => { view.box.remove(); send(form, input, file, list); }),
      button("移除", () => { view.box.remove(); input.focus(); }),
    );
  }

  request.open("POST", form.dataset.upload || form.action);
  request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    const percent = Math.floor((event.loaded / event.total) * 100);
    view.bar.value = percent;
    if (percent - last >= 10) {
      last = percent;
      view.text.textContent = `正在上传 ${percent}%`;
    }
  });
  request.addEventListener("load", () => {
    const html = (request.getResponseHeader("Content-Type") || "").includes("text/html");
    if (html && (request.status < 300 || request.status === 422)) {
      const parsed = new DOMParser().parseFromString(request.responseText, "text/html");
      view.box.replaceWith(...parsed.body.childNodes);
      list.dispatchEvent(new CustomEvent("dengbu:uploaded", { bubbles: true }));
    } else failed("没有传上去，请再试一次");
  });
  request.addEventListener("error", () => failed(`上传中断（已传 ${Math.max(last, 0)}%），请重新上传`));
  request.addEventListener("abort", () => { view.box.remove(); input.focus(); });
  request.addEventListener("loadend", () => { sending -= 1; });
  view.text.textContent = "正在上传 0%";
  view.ops.append(button("取消", () => request.abort()));
  request.send(data);
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  const input = form.querySelector("input[type=file]");
  const list = form.querySelector("[data-upload-list]") || document.querySelector("[data-upload-list]");
  if (!input || !list) continue;
  for (const only of form.querySelectorAll("[data-no-js]")) only.hidden = true;
  input.addEventListener("change", () => {
    for (const file of input.files) send(form, input, file, list);
    input.value = "";
  });
}
