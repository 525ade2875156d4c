// Checks the mapping while one types, and adds and removes rows without leaving the page.
// Everything it does, the form does without it by its buttons. It judges nothing itself: the
// server checks the same form by the same rules as when it is saved.
"use strict";

const PAUSE = 400; // milliseconds without a key before a check
const form = document.getElementById("mapping");
const standing = document.getElementById("standing");
const found = document.getElementById("found");
let timer = 0;
let asked = null;

function line(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function tellField(input, problems, notes) {
  const said = document.getElementById(`${input.id}-said`);
  if (!said) return;
  said.replaceChildren(
    ...problems.map((text) => line("p", "problem", text)),
    ...notes.map((text) => line("p", "hint", text)),
  );
  input.closest(".field").classList.toggle("wrong", problems.length > 0);
  if (problems.length) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

function tell(answer) {
  for (const input of form.querySelectorAll("input[aria-describedby]")) {
    tellField(input, answer.problems[input.name] || [], answer.notes[input.name] || []);
  }
  const elsewhere = (answer.problems[""] || []).map((text) => line("li", "", text));
  document.getElementById("found-elsewhere").replaceChildren(...elsewhere);
  document.getElementById("found-title").textContent = answer.summary;
  found.hidden = Object.keys(answer.problems).length === 0;
  const wrong = form.querySelectorAll("input[aria-invalid]");
  const first = document.getElementById("found-first");
  first.hidden = wrong.length === 0;
  if (wrong.length) first.href = `#${encodeURIComponent(wrong[0].id)}`;
  first.textContent = wrong.length === 1 ? "Go to it" : "Go to the first";
  standing.textContent = answer.summary;
}

async function check() {
  if (asked) asked.abort();
  asked = new AbortController();
  try {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.dataset.check, {
      method: "POST", body, signal: asked.signal, redirect: "error",
    });
    if (!answer.ok) throw new Error(String(answer.status));
    tell(await answer.json());
  } catch (error) {
    if (error.name !== "AbortError") standing.textContent = "Could not be checked. Press Check.";
  }
}

function checkSoon() {
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE);
}

function addRow(section) {
  const rows = form.querySelector(`[data-rows="${section}"]`);
  const blank = form.querySelector(`template[data-row-of="${section}"]`);
  const used = Array.from(rows.querySelectorAll("input"), (each) => Number(each.name.split(".")[1]));
  const number = String(Math.max(-1, ...used) + 1);
  rows.insertAdjacentHTML("beforeend", blank.innerHTML.replaceAll("__n__", number));
  rows.lastElementChild.querySelector("input").focus();
}

function removeRow(button) {
  const rows = button.closest("[data-rows]");
  button.closest("[data-row]").remove();
  form.querySelector(`[data-add="${rows.dataset.rows}"]`).focus();
  checkSoon();
}

form.addEventListener("input", (event) => {
  const tag = event.target.closest(".field")?.querySelector(".tag");
  if (tag) tag.remove();
  checkSoon();
});

form.addEventListener("focusin", (event) => {
  if (event.target.matches("input[list]")) event.target.select(); // typing then searches anew
});

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.add) {
    event.preventDefault();
    addRow(button.dataset.add);
  } else if ("remove" in button.dataset) {
    event.preventDefault();
    removeRow(button);
  }
});
