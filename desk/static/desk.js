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
  if (event.key === "?") {
    const keys = document.getElementById("keys");
    if (keys) { event.preventDefault(); keys.open = !keys.open; if (keys.open) keys.scrollIntoView(); }
    return;
  }
  if (event.key === "j" || event.key === "k") { step(event.key === "j" ? 1 : -1); return; }
  const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (found) { event.preventDefault(); use(found); }
});

// What a key is for: a form is sent, a button or link pressed, a fold opened, a field entered.
function use(element) {
  if (element.matches("form")) element.requestSubmit();
  else if (element.matches("button, a")) element.click();
  else if (element.matches("details")) {
    element.open = true;
    (element.querySelector("textarea, select, input:not([type=hidden]), button") || element).focus();
  } else element.focus();
}

// Down and up the cases of a list.
function step(by) {
  const lines = [...document.querySelectorAll(".cases .words")];
  const next = lines[lines.indexOf(document.activeElement) + by] || lines[by > 0 ? 0 : lines.length - 1];
  if (next) next.focus();
}

// The length of a reply as X counts it (text/post_length.py; emoji are counted exactly only there).
const ADDRESS = /https?:\/\/\S+/g;
const LIGHT = [[0, 4351], [8192, 8205], [8208, 8223], [8242, 8247]];
for (const field of document.querySelectorAll("textarea[data-count]")) {
  const shown = document.getElementById(field.dataset.count);
  field.addEventListener("input", () => {
    const text = field.value.normalize("NFC");
    let length = 23 * (text.match(ADDRESS) || []).length;
    for (const sign of text.replace(ADDRESS, "")) {
      const point = sign.codePointAt(0);
      length += LIGHT.some(([first, last]) => first <= point && point <= last) ? 1 : 2;
    }
    shown.textContent = `${length} / ${shown.dataset.longest}`;
    shown.classList.toggle("late", length > Number(shown.dataset.longest));
  });
}

// What the platform takes only by hand is copied with one tap, or marked where there is no clipboard.
for (const button of document.querySelectorAll("[data-copy-of]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copyOf);
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = button.dataset.done;
    } catch {
      field.select();
    }
  });
}

// One tap copies a number; without a clipboard (a page not over HTTPS) it is marked instead.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.firstElementChild.textContent = button.dataset.done;
    } catch {
      getSelection().selectAllChildren(button.previousElementSibling);
    }
  });
}

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

// What is folded on a phone is open where there is room.
if (window.matchMedia("(min-width: 49rem)").matches) {
  for (const details of document.querySelectorAll('details[data-wide="open"]')) details.open = true;
}

// One box ticks all of a page.
for (const all of document.querySelectorAll("[data-all]")) {
  all.addEventListener("change", () => {
    for (const box of all.form.querySelectorAll(`input[name="${CSS.escape(all.dataset.all)}"]`)) box.checked = all.checked;
  });
}

// What is new or has changed since the page was made is counted; the list stays as it is until one asks for it.
for (const live of document.querySelectorAll(".live")) listen(live);

function listen(live) {
  const fresh = new Set(), changed = new Set();
  let source, after = live.dataset.after;

  function told(event) {
    after = event.lastEventId || after;
    if (event.type === "case") note(JSON.parse(event.data));
    if (event.type === "claim") noteClaim(JSON.parse(event.data));
    show(event.type === "missed");
  }

  function note(told) {
    const line = document.querySelector(`[data-case="${CSS.escape(told.id)}"]`);
    if (line) { if (told.stamp > Number(line.dataset.stamp)) changed.add(told.id); }
    else if (belongs(told)) fresh.add(told.id);
    else fresh.delete(told.id);
  }

  // A claim of the watch: told again, or somebody did something with it.
  function noteClaim(told) {
    const line = document.querySelector(`[data-claim="${CSS.escape(told.id)}"]`);
    if (!line) { if (live.dataset.opens !== undefined) fresh.add(told.id); }
    else if (told.doubling > Number(line.dataset.doubling) || told.act > Number(line.dataset.act)) changed.add(told.id);
  }

  function belongs(told) {
    const { statuses, holder } = live.dataset;
    if (live.dataset.opens === undefined) return false;
    if (statuses ? !statuses.split(" ").includes(told.status) : !told.is_open) return false;
    return !holder || holder === (told.assignee || "-");
  }

  function show(missed) {
    const say = new Intl.NumberFormat(document.documentElement.lang);
    for (const [name, count] of [["new", fresh.size], ["changed", changed.size]]) {
      const part = live.querySelector(`.live-${name}`);
      part.hidden = !count;
      part.querySelector("b").textContent = say.format(count);
    }
    if (missed) live.querySelector(".live-missed").hidden = false;
    live.firstElementChild.hidden = !live.querySelector("span:not([hidden])");
  }

  // A browser keeps six connections to a desk: only pages that are looked at have one.
  function connect() {
    if (document.hidden) { if (source) source.close(); source = undefined; return; }
    if (source) return;
    source = new EventSource(`${live.dataset.events}${live.dataset.events.includes("?") ? "&" : "?"}after=${after}`);
    for (const type of ["case", "claim", "missed"]) source.addEventListener(type, told);
  }

  connect();
  document.addEventListener("visibilitychange", connect);
  window.addEventListener("pagehide", () => { if (source) source.close(); source = undefined; });
  window.addEventListener("pageshow", connect);
}
