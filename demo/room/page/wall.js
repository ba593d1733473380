// The wall: main panel, loudspeaker, and for each counter its board, its queue and its key pad.

import { $, el } from "./dom.js";
import { textLine } from "./dots.js";
import { board } from "./led.js";
import { deed } from "./link.js";

const KEYS = [["call", "Gọi số kế tiếp", "call"], ["recall", "Gọi lại", ""], ["no-show", "Vắng", ""], ["transfer", "Chuyển", ""]];
const WORDS = { called: "đang mời", serving: "đang làm việc", open: "", paused: "tạm nghỉ", closed: "đóng" };

export function makeWall(facts, act) {
  const shown = new Map();
  const panel = facts.boards.find((each) => each.kind === "main");
  const rows = [];
  if (panel) {
    for (let at = 0; at < 8; at += 1) {
      const number = board(4, `Bảng tổng, dòng ${at + 1}, số`);
      const counter = board(2, `Bảng tổng, dòng ${at + 1}, quầy`);
      rows.push({ number, counter });
      $("main-panel").append(el("div", { class: "row" }, number.root, counter.root));
    }
  }
  for (const each of facts.boards.filter((one) => one.kind === "matrix")) {
    const line = textLine(`Bảng chữ chạy ${each.id}`);
    shown.set(each.id, line);
    $("main-panel").after(line.root);
  }
  const desks = new Map();
  for (const counter of facts.counters) {
    const wired = facts.boards.find((each) => each.counter === counter.id);
    const led = wired ? board(4, `Bảng đèn ${counter.name}`) : null;
    if (led) shown.set(wired.id, led);
    const queue = el("p", { class: "queue" });
    const pad = el("div", { class: "pad" });
    if (facts.keypads.includes(counter.id)) {
      for (const [key, label, kind] of KEYS) {
        pad.append(el("button", {
          type: "button", class: kind || false, "data-key": key, "aria-label": `${counter.name}: ${label}`,
          onclick: () => act(() => deed("key", { counter: counter.id, key })),
        }, label));
      }
    }
    pad.append(el("button", {
      type: "button", class: "page", title: "Mở trang web của cán bộ / open the clerk's page", "data-key": "page",
      onclick: () => act(() => openPage("clerk", counter.id)),
    }, "Trang web"));
    desks.set(counter.id, queue);
    $("desks").append(el("article", { class: "desk", "data-counter": counter.id },
      led?.root, el("h3", {}, counter.name), el("p", { class: "title" }, counter.vi), queue, pad));
  }
  return {
    boards(list) {
      for (const each of list ?? []) {
        if (each.kind === "counter") shown.get(each.id)?.show(each.segments, each.power, each.text);
        else if (each.kind === "matrix") shown.get(each.id)?.show(each);
        else {
          each.rows.forEach((row, at) => {
            rows[at]?.number.show(row.segments.slice(0, 4), each.power, row.number);
            // The chips hold eight digits a row: four of the number, a blank, two of the counter, a blank.
            rows[at]?.counter.show(row.segments.slice(5, 7), each.power, row.counter);
          });
          if (!each.rows.length) rows.forEach((row) => { row.number.show([], false, ""); row.counter.show([], false, ""); });
        }
      }
    },
    hub(state) {
      for (const counter of facts.counters) {
        const line = desks.get(counter.id);
        if (!state) { line.replaceChildren("Máy gọi số không trả lời."); continue; }
        const waiting = state.waiting.filter((each) => counter.services.includes(each.service));
        const now = state.counters.find((each) => each.id === counter.id);
        const parts = [];
        if (now?.number) parts.push(el("b", {}, now.number), ` ${WORDS[now.ticket_state] ?? ""}`);
        else if (now && now.state !== "open") parts.push(WORDS[now.state] ?? "");
        else parts.push("Chưa mời ai");
        parts.push(el("br"), waiting.length ? `Chờ ${waiting.length}: ${waiting.slice(0, 3).map((each) => each.number).join(" ")}${waiting.length > 3 ? " …" : ""}` : "Không ai chờ");
        line.replaceChildren(...parts);
      }
    },
  };
}

/** Open a page of the staff, signed in. `counter`: whose desk, for the clerk's page. */
export async function openPage(page, counter = null) {
  // Opened before the answer: a window that a script opens later is taken for a pop-up.
  const opened = window.open("about:blank");
  const { url } = await deed("enter", { page, counter });
  if (opened) opened.location = url;
}

/** The loudspeaker: the words, and the sound itself once the visitor has switched it on. */
export function makeSpeaker() {
  const audio = $("voice"), play = $("play"), toggle = $("sound-switch");
  let on = false, last = null, first = true;
  const start = () => { audio.src = `/room/sound/${last.file}`; audio.play().catch(() => undefined); };
  toggle.addEventListener("click", () => {
    on = !on;
    toggle.setAttribute("aria-pressed", String(on));
    toggle.querySelector("span").textContent = on ? "Loa đang bật" : "Bật loa";
  });
  play.addEventListener("click", start);
  return (list) => {
    const newest = list?.at(-1);
    if (!newest || newest.id === last?.id) { first = false; return; }
    last = newest;
    $("phrase").textContent = `“${newest.text}”`;
    $("phrase").dataset.file = newest.file ?? "";
    play.hidden = !newest.file;
    if (on && newest.file && !first) start();
    first = false;
  };
}
