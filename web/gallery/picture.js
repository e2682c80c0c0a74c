// The page of one picture, with pictures that look like it.

import { read } from "./api.js";
import { element, link } from "./dom.js";
import { grid, size } from "./grid.js";

const SIMILAR = 12;

/** The view of the picture `id`. */
export async function picture(id, signal) {
  const path = `/images/${encodeURIComponent(id)}`;
  // The picture is what was asked for: it is shown although what looks like it cannot be told.
  const asked = read(`${path}/similar`, { page_size: SIMILAR }, signal).catch(() => null);
  const [shown, alike] = await Promise.all([read(path, {}, signal), asked]);
  const [width, height] = size(shown.dimensions);
  return {
    title: `${shown.title} – Lumenstock`,
    parts: [
      element(
        "article",
        { class: "picture" },
        element("figure", {}, element("img", { src: shown.preview_url, alt: shown.title, width, height })),
        element("div", { class: "about" }, about(shown)),
      ),
      element("h2", {}, "Similar pictures"),
      similar(alike),
    ],
  };
}

function similar(alike) {
  if (alike?.results.length) return grid(alike.results, "Similar pictures");
  const why = alike ? "Nothing looks like it yet." : "They cannot be found just now. Try again in a minute.";
  return element("p", { class: "nothing" }, why);
}

function about(shown) {
  const by = new URLSearchParams({ contributor: shown.contributor });
  return [
    element("h1", { tabindex: -1 }, shown.title),
    element("p", { class: "by" }, "by ", link(by, {}, shown.contributor)),
    shown.description ? element("p", {}, shown.description) : undefined,
    element("dl", {}, fact("Size", `${shown.dimensions.replace("x", " × ")} px`), prices(shown.price)),
    words("Categories", shown.categories ?? [], (name) => ({ category: name })),
    words("Tags", shown.tags, (name) => ({ q: name })),
  ];
}

function fact(name, value) {
  return [element("dt", {}, name), element("dd", {}, value)];
}

function prices(price) {
  return Object.entries(price).map(([tier, minor]) => {
    const name = `${tier[0].toUpperCase()}${tier.slice(1)} licence`;
    return fact(name, (minor / 100).toFixed(2));
  });
}

function words(label, values, query) {
  if (!values.length) return undefined;
  const items = values.map((value) => element("li", {}, link(new URLSearchParams(query(value)), { class: "chip" }, value)));
  return element("nav", { "aria-label": label }, element("span", { class: "label" }, label), element("ul", {}, items));
}
