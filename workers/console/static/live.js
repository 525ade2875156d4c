// Keeps a page up to date while somebody looks at it: asks for the same page and takes over the
// regions that it marks. It pauses while the page is hidden, while nobody has touched it for a
// while (so that an open page keeps nobody signed in), and never disturbs what is being filled in.
"use strict";

const IDLE = 15 * 60 * 1000; // milliseconds without a key or a pointer
const state = document.getElementById("live-state");
const every = Number(state.dataset.liveEvery) * 1000;
let tag = "";
let touched = Date.now();
let timer = 0;

function isBusy(region) {
  if (region.contains(document.activeElement) && document.activeElement.matches("input, select, textarea, summary")) return true;
  return Array.from(region.querySelectorAll("input, select, textarea")).some((field) =>
    field.type === "checkbox" || field.type === "radio"
      ? field.checked !== field.defaultChecked
      : "defaultValue" in field && field.value !== field.defaultValue);
}

function takeOver(fresh) {
  for (const region of document.querySelectorAll("[data-live]")) {
    const newer = fresh.getElementById(region.id);
    if (!newer || newer.innerHTML === region.innerHTML || isBusy(region)) continue;
    const open = Array.from(region.querySelectorAll("details"), (each) => each.open);
    const focused = region.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    region.className = newer.className;
    region.replaceChildren(...newer.childNodes);
    region.querySelectorAll("details").forEach((each, index) => { each.open = open[index] ?? each.open; });
    if (focused) region.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
  }
}

async function refresh() {
  try {
    const answer = await fetch(location.href, {
      headers: tag ? { "If-None-Match": tag } : {}, redirect: "error", cache: "no-store",
    });
    if (answer.status === 200) {
      tag = answer.headers.get("ETag") || "";
      takeOver(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } else if (answer.status !== 304) throw new Error(String(answer.status));
    state.textContent = "Up to date by itself";
  } catch {
    state.textContent = "Not up to date. Reload the page.";
  }
}

async function turn() {
  if (!document.hidden && Date.now() - touched < IDLE) await refresh();
  else state.textContent = "Paused";
  timer = setTimeout(turn, every);
}

function wake() {
  const slept = Date.now() - touched >= IDLE;
  touched = Date.now();
  if (!slept) return;
  clearTimeout(timer);
  turn();
}

for (const name of ["pointerdown", "pointermove", "keydown", "scroll"]) {
  document.addEventListener(name, wake, { passive: true });
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  clearTimeout(timer);
  turn();
});
state.textContent = "Up to date by itself";
timer = setTimeout(turn, every);
