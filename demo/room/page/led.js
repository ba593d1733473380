// Seven-segment digits as a person sees them, drawn from the segment bytes that the firmware's display chips hold.
// A byte is 0bGFEDCBA: A on top, clockwise, G in the middle.

const NS = "http://www.w3.org/2000/svg";
const WIDTH = 26, HEIGHT = 46, GAP = 10, LEAN = -0.07;

// Each segment is a hexagon between two corners of the digit's grid.
const BARS = [
  [[3, 2], [23, 2]], [[24, 3], [24, 22]], [[24, 24], [24, 43]], [[3, 44], [23, 44]],
  [[2, 24], [2, 43]], [[2, 3], [2, 22]], [[3, 23], [23, 23]],
];

function hexagon([[x1, y1], [x2, y2]]) {
  const t = 2.3;
  if (y1 === y2) return [[x1, y1], [x1 + t, y1 - t], [x2 - t, y1 - t], [x2, y1], [x2 - t, y1 + t], [x1 + t, y1 + t]];
  return [[x1, y1], [x1 + t, y1 + t], [x1 + t, y2 - t], [x1, y2], [x1 - t, y2 - t], [x1 - t, y1 + t]];
}

function svg(tag, attributes) {
  const made = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** A board of `digits` digits; `show(bytes, power, text)` lights it. */
export function board(digits, label) {
  const width = digits * (WIDTH + GAP) - GAP + 8;
  const root = svg("svg", { class: "led", viewBox: `-4 -3 ${width} ${HEIGHT + 6}`, role: "img", "aria-label": label });
  const lamps = [];
  for (let digit = 0; digit < digits; digit += 1) {
    const group = svg("g", { transform: `translate(${digit * (WIDTH + GAP) + 2} 0) matrix(1 0 ${LEAN} 1 1.6 0)` });
    lamps.push(BARS.map((bar) => {
      const lamp = svg("polygon", { points: hexagon(bar).map((point) => point.join(",")).join(" "), class: "off" });
      group.append(lamp);
      return lamp;
    }));
    root.append(group);
  }
  const show = (bytes, power, text) => {
    root.classList.toggle("dark", !power);
    root.dataset.text = text;
    root.setAttribute("aria-label", `${label}: ${text.trim() || "trống / empty"}`);
    lamps.forEach((bars, digit) => bars.forEach((lamp, bar) => {
      lamp.setAttribute("class", power && ((bytes[digit] ?? 0) >> bar) & 1 ? "on" : "off");
    }));
  };
  show([], true, "");
  return { root, show };
}
