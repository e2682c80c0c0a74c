// Builds elements. Text is always text: nothing from the API is ever parsed as markup.

/** An element with attributes (true sets, false and undefined leave out) and children. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== ""));
  return made;
}

/** A link to another view of the gallery. */
export function link(query, attributes, ...children) {
  return element("a", { href: `?${query}`, "data-view": true, ...attributes }, ...children);
}

/** "1 picture", "1,234 pictures". */
export function pictures(count) {
  return `${count.toLocaleString("en")} ${count === 1 ? "picture" : "pictures"}`;
}
