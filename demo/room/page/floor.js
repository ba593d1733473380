// The floor: ticket stand and its paper, the kiosk's live screen, paper before the camera.

import { $, both, el } from "./dom.js";
import { deed } from "./link.js";

export function makeStand(facts, act) {
  const lamps = new Map();
  for (const each of facts.buttons) {
    // The lamp is the ring around the letter: lit while the firmware waits for the ticket.
    const lamp = el("b", {}, each.letter);
    lamps.set(each.id, lamp);
    $("buttons").append(el("button", {
      type: "button", class: "press", "data-button": each.id, "aria-label": `Lấy số: ${each.vi}`,
      onclick: () => act(() => deed("press", { button: each.id })),
    }, lamp, each.vi));
  }
  if (!facts.buttons.length) $("buttons").append(el("p", { class: "empty" }, ...both("Phòng này không có nút bấm.", "This room has no buttons.")));
  const known = new Set();
  let newest = null, first = true;
  return {
    lamps(state) {
      for (const [id, lamp] of lamps) lamp.classList.toggle("lit", Boolean(state?.buttons[id]));
    },
    papers(list) {
      for (const each of list) {
        if (known.has(each.name)) continue;
        known.add(each.name);
        newest = put(each, newest, first);
      }
      first = false;
    },
  };
}

/** A paper slides out of the slot, as paper does; the one before it falls away. */
function put(paper, before, atOnce) {
  $("papers").querySelector(".empty")?.remove();
  const source = `/room/paper/${paper.name}`;
  const image = el("img", { src: source, alt: `Phiếu: ${paper.qr.join(" ") || "không có mã"}`, "data-qr": paper.qr[0] ?? "" });
  const sheet = el("button", { type: "button", title: "Xem phiếu to hơn / enlarge", onclick: () => enlarge(source) }, image);
  const out = () => {
    before?.classList.add("old");
    sheet.classList.add("out");
    const gone = before;
    if (gone) setTimeout(() => gone.remove(), 700);
  };
  $("papers").append(sheet);
  if (atOnce) sheet.classList.add("out");
  if (image.complete) requestAnimationFrame(() => requestAnimationFrame(out));
  else image.addEventListener("load", () => requestAnimationFrame(out), { once: true });
  return sheet;
}

function enlarge(source) {
  const dialog = $("big-paper");
  dialog.querySelector("img").src = source;
  dialog.showModal();
}

export function makeKiosk(act) {
  const frame = $("kiosk");
  const image = el("img", { alt: "Màn hình chạm đang hiện / what the touchscreen shows", draggable: "false" });
  image.addEventListener("click", (event) => {
    const box = image.getBoundingClientRect();
    const x = Math.round(((event.clientX - box.left) / box.width) * image.naturalWidth);
    const y = Math.round(((event.clientY - box.top) / box.height) * image.naturalHeight);
    act(() => deed("tap", { x, y }));
  });
  frame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || [...event.key].length !== 1) return;
    event.preventDefault();
    act(() => deed("type", { text: event.key }));
  });
  return (state) => {
    frame.dataset.screen = state?.name ?? "";
    if (!state) {
      frame.replaceChildren(el("p", { class: "empty" }, ...both("Màn hình chạm không trả lời.", "The touchscreen does not answer.")));
      return;
    }
    // Loaded first, shown then: no white flash between two pictures.
    const next = new Image();
    next.onload = () => { image.src = next.src; if (image.parentElement !== frame) frame.replaceChildren(image); };
    next.src = `/room/kiosk.png?picture=${state.picture}`;
  };
}

export function makeCamera(act) {
  let buttons = new Map();
  const mark = (held) => buttons.forEach((button, id) => button.setAttribute("aria-pressed", String(id === held)));
  let now = null;
  return {
    samples(list) {
      buttons = new Map();
      $("samples").replaceChildren(...(list ?? []).map((each) => {
        const button = el("button", {
          type: "button", class: "sample", "data-sample": each.id, "aria-pressed": "false",
          onclick: () => act(() => (now === each.id ? deed("take_away") : deed("hold", { sample: each.id }))),
        },
        el("img", { src: `/room/receipt/${each.id}-thumb.png`, alt: "" }), el("b", {}, each.vi),
        el("small", {}, each.lookup_code ? `mã tra cứu ${each.lookup_code}` : each.en));
        buttons.set(each.id, button);
        return button;
      }));
      mark(now);
    },
    held(id) { now = id; mark(id); },
  };
}
