// Building nodes without markup in strings: a number or a notice can never become an element.

/** `el("p.soft", {id: "x", onclick: f, "aria-live": "polite"}, "text", child, null)` */
export function el(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "disabled" || key === "hidden" || key === "checked") node[key] = Boolean(value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Replace text only where it differs: a screen reader is not told the same thing again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const SVG = "http://www.w3.org/2000/svg";

/** One line family, 24 grid. Always stands beside a word, so hidden from screen readers. */
export const PATHS = {
  call: "M4 10v4h3l5 4V6L7 10H4zM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11",
  again: "M4 12a8 8 0 1 0 2.5-5.8M4 4v4h4",
  absent: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-3.5 2.5-6 6-6s6 2.5 6 6M16 9l5 5M21 9l-5 5",
  start: "M7 5l11 7-11 7z",
  done: "M4 12.5l5.5 5.5L20 7",
  spot: "M12 21s7-6.2 7-11.5A7 7 0 0 0 5 9.500C5 14.800 12 21 12 21zM9 9.500l2.200 2.200L15.200 8",
  transfer: "M4 8h14l-4-4M20 16H6l4 4",
  park: "M6 4h12v16l-6-4-6 4z",
  papers: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h3",
  pause: "M8 5v14M16 5v14",
  print: "M7 8V3h10v5M7 17H4V8h16v9h-3M7 14h10v7H7z",
  cancel: "M6 6l12 12M18 6L6 18",
  ticket: "M3 7h18v3.500a1.500 1.500 0 0 0 0 3V17H3v-3.500a1.500 1.500 0 0 0 0-3zM14 7v2M14 11v2M14 15v2",
  back: "M9 5l-5 5 5 5M4 10h10a6 6 0 0 1 0 12h-2",
  warn: "M12 4l9.500 16h-19zM12 10v4.500M12 17.500v.100",
  unplug: "M4 4l16 16M9 5v4M15 5v4M7 9h6M17 9v2a5 5 0 0 1-.700 2.500M7 9v2a5 5 0 0 0 6.500 4.800M12 16v5",
  out: "M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9",
  more: "M12 5v14M5 12h14",
  undo: "M8 5L4 9l4 4M4 9h9.500a5.500 5.500 0 0 1 0 11H8",
  hand: "M7 12V6.500a1.500 1.500 0 0 1 3 0V11M10 10V4.500a1.500 1.500 0 0 1 3 0V11M13 10V5.500a1.500 1.500 0 0 1 3 0V12M16 10.500a1.500 1.500 0 0 1 3 0V15a6 6 0 0 1-11 3.500l-3-4.500a1.500 1.500 0 0 1 2.300-1.700L9 14",
  seat: "M7 4v9h9M7 13l-1 7M16 13l1.500 7M7 17h9.500",
  question: "M9 9a3 3 0 1 1 4.200 2.700c-.800.400-1.200 1-1.200 1.800M12 17v.100M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
