// Small tools for making elements; text always goes in as text, never as markup.

export const $ = (id) => document.getElementById(id);

/** An element with attributes (`on…` are listeners) and children (nodes or text). */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((each) => each !== null && each !== undefined));
  return made;
}

/** Vietnamese with its English second line. */
export const both = (vi, en) => [vi, el("span", { lang: "en" }, en)];
