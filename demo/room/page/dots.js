// A line of text as a person sees it on a matrix board, drawn from the frame that its chips hold.
// Column after column, top byte first, bit 7 the topmost dot.

import { el } from "./dom.js";

const DOT = 5;
const LIT = "#ff8a1f", DARK = "#16262c";

/** A matrix board; `show({width, height, frame, power})` lights it. */
export function textLine(label) {
  const root = el("canvas", { class: "dots", role: "img", "aria-label": label });
  let last = "";
  const show = ({ width, height, frame, power }) => {
    if (frame === last) return;
    last = frame;
    root.width = width * DOT;
    root.height = height * DOT;
    root.dataset.lit = String(power && /[^0]/.test(frame));
    const pen = root.getContext("2d");
    const tall = height / 8;
    for (let x = 0; x < width; x += 1) {
      for (let y = 0; y < height; y += 1) {
        const byte = parseInt(frame.substr((x * tall + (y >> 3)) * 2, 2), 16);
        pen.fillStyle = power && byte & (0x80 >> (y & 7)) ? LIT : DARK;
        pen.fillRect(x * DOT, y * DOT, DOT - 1, DOT - 1);
      }
    }
  };
  return { root, show };
}
