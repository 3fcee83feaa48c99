// <button data-copy="#element" hidden>复制</button> followed by an element with role=status.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    const source = button && document.querySelector(button.dataset.copy);
    if (!source) return;
    const status = button.parentElement.querySelector("[role=status]");
    try {
      await navigator.clipboard.writeText((source.value ?? source.textContent).trim());
      if (status) status.textContent = "已复制";
    } catch {
      if (status) status.textContent = "没有复制成功，请手动选中编号";
    }
  });
}
