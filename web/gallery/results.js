// The list of results: how many, facets, pictures, pages.

import { read } from "./api.js";
import { element, link, pictures } from "./dom.js";
import { grid } from "./grid.js";
import { changed, hints } from "./hints.js";

const PAGE_SIZE = 30;
const FILTERS = ["category", "orientation", "color", "contributor", "image_type", "license"];
const ASKED = ["q", "mode", "page", "sort", "literal", ...FILTERS];
const SORTS = ["newest", "popular"];

/** The view of one search; `query` is the page's own query string. */
export async function results(query, signal) {
  const wanted = Object.fromEntries(ASKED.map((name) => [name, query.get(name)]));
  const found = await read("/search", { ...wanted, page_size: PAGE_SIZE }, signal);
  const q = query.get("q");
  const atLeast = found.total_relation === "gte" ? "At least " : "";
  const heading = element("h1", { tabindex: -1 }, q ? `“${q}”` : "All pictures");
  const count = element("p", { class: "count" }, `${atLeast}${pictures(found.total)}`);
  return {
    title: q ? `${q} – Lumenstock` : "Lumenstock",
    parts: [
      element("div", { class: "head" }, heading, count),
      hints(found, query),
      facets(found.facets, query),
      found.results.length ? grid(found.results, "Results") : nothing(query),
      pager(found, query),
    ],
  };
}

function facets({ categories, orientations, colors, image_types, licenses }, query) {
  return element(
    "div",
    { class: "facets" },
    group("Category", "category", categories.slice(0, 12), query),
    group("Shape", "orientation", orientations, query),
    group("Colour", "color", colors.slice(0, 14).map(({ hex, count }) => ({ name: hex, count, hex })), query),
    group("Type", "image_type", image_types, query),
    group("Licence", "license", licenses.length > 1 ? licenses : [], query), // all under one: nothing to choose
    group("By", "contributor", [], query),
    group("Sort", "sort", SORTS.map((name) => ({ name })), query),
  );
}

/** The values of one facet; the chosen one takes itself back. */
function group(label, filter, values, query) {
  const chosen = query.get(filter);
  const all = chosen && !values.some(({ name }) => name === chosen) ? [{ name: chosen }, ...values] : values;
  if (!all.length) return undefined;
  const items = all.map(({ name, count, hex }) => {
    const on = name === chosen;
    const target = changed(query, { [filter]: on ? null : name, page: null });
    const about = `${name}${count === undefined ? "" : `, ${pictures(count)}`}${on ? ", chosen: show all again" : ""}`;
    const shown = hex ? [] : [name, count === undefined ? "" : element("small", {}, count.toLocaleString("en"))];
    const chip = link(target, { class: hex ? "swatch" : "chip", "aria-label": about, title: about, "aria-current": on && "true" }, shown);
    if (hex) chip.style.setProperty("--swatch", hex);
    return element("li", {}, chip);
  });
  return element("nav", { "aria-label": label }, element("span", { class: "label" }, label), element("ul", {}, items));
}

function pager(found, query) {
  const page = found.page;
  const turn = (to, rel, text) => link(changed(query, { page: to === 1 ? null : to }), { rel, class: "button" }, text);
  const back = page > 1 ? turn(page - 1, "prev", "← Previous") : undefined;
  const on = found.next_cursor ? turn(page + 1, "next", "Next →") : undefined;
  if (!back && !on) return undefined;
  return element("nav", { class: "pager", "aria-label": "Pages" }, back, element("span", {}, `Page ${page}`), on);
}

function nothing(query) {
  const narrowed = ["q", "page", ...FILTERS].some((name) => query.get(name));
  const advice = narrowed
    ? ["Nothing fits. Try fewer words, or ", link("", {}, "see all pictures"), "."]
    : ["No pictures yet. ", element("code", {}, "lumenstock upload"), " or ", element("code", {}, "make demo"), " brings some."];
  return element("p", { class: "nothing" }, advice);
}
