// Pictures in rows of equal height, in reading order.

import { element, link } from "./dom.js";

/** A list of pictures, each a link to its own page. */
export function grid(hits, label) {
  return element("ul", { class: "grid", "aria-label": label }, hits.map(card));
}

/** Width and height in pixels of "6000x4000". */
export function size(dimensions) {
  return dimensions.split("x").map(Number);
}

function card(hit) {
  const [width, height] = size(hit.dimensions);
  const image = element("img", { src: hit.thumbnail_url, alt: "", width, height, loading: "lazy", decoding: "async" });
  const title = element("span", { class: "title" }, marked(hit.title, new Set(hit.matched)));
  const item = element("li", {}, link(new URLSearchParams({ image: hit.id }), {}, image, title));
  // The style sheet makes a row of items as wide as their shapes ask for; panoramas and towers are tamed.
  item.style.setProperty("--shape", Math.min(2.4, Math.max(0.6, width / height)).toFixed(3));
  return item;
}

/** `text` with the words of `matched`, which are folded, marked. */
function marked(text, matched) {
  return text.split(/([\p{L}\p{N}]+)/u).map((part) => (matched.has(folded(part)) ? element("mark", {}, part) : part));
}

function folded(word) {
  return word.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
}
