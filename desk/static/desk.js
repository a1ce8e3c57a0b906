// The desk works without this; it only saves steps for those who have a keyboard.
"use strict";

const typing = (element) => element.matches("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
  if (event.key === "/") {
    const find = document.getElementById("find");
    if (find) { event.preventDefault(); find.focus(); find.select(); }
    return;
  }
  const form = document.querySelector(`form[data-key="${CSS.escape(event.key)}"]`);
  if (form) { event.preventDefault(); form.requestSubmit(); }
});

// A second tap on a slow line must not send a form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
});

// Coming back with the browser's own button shows the page as it was left: let its forms be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
