// <div data-sign hidden><canvas></canvas><button data-sign-clear></button><input type="hidden"></div> in a form: what is
// drawn with finger, pen or mouse goes into the hidden field as PNG when the form is sent. Without JavaScript the pad stays
// hidden and the signed paper is photographed.
const INK = 3;

for (const pad of document.querySelectorAll("[data-sign]")) {
  const canvas = pad.querySelector("canvas");
  const out = pad.querySelector("input[type=hidden]");
  const brush = canvas.getContext("2d");
  let drawn = false;
  pad.hidden = false;

  function clean() {
    const scale = Math.min(devicePixelRatio || 1, 2);
    canvas.width = Math.round(canvas.clientWidth * scale);
    canvas.height = Math.round(canvas.clientHeight * scale);
    brush.scale(scale, scale);
    brush.fillStyle = "#fff";
    brush.fillRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    brush.strokeStyle = "#000";
    brush.lineWidth = INK;
    brush.lineCap = brush.lineJoin = "round";
    drawn = false;
    out.value = "";
  }

  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    if (!drawn) clean(); // its size may have changed since the page was laid out
    canvas.setPointerCapture(event.pointerId);
    brush.beginPath();
    brush.moveTo(...at(event));
    drawn = true;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    brush.lineTo(...at(event));
    brush.stroke();
  });
  pad.querySelector("[data-sign-clear]").addEventListener("click", clean);
  pad.closest("form").addEventListener("submit", () => { if (drawn) out.value = canvas.toDataURL("image/png"); });
}

// <input data-locate>: a button fills in where the phone is. Nobody has to.
for (const field of document.querySelectorAll("[data-locate]")) {
  if (!("geolocation" in navigator)) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "act";
  button.textContent = "用手机定位";
  button.addEventListener("click", () => navigator.geolocation.getCurrentPosition(
    ({ coords }) => { field.value = `${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)}（误差${Math.round(coords.accuracy)}米）`; },
    () => { button.textContent = "没有取得定位，可以不填"; },
  ));
  field.after(button);
}
