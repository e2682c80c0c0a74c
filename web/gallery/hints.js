// What the search made of the words: another spelling, filters that it understood, an answer that is not whole.

import { element, link } from "./dom.js";

const TOPICS = {
  people: (value) => (value === "0" ? "nobody in the picture" : `${value} in the picture`),
  orientation: (value) => `shape: ${value}`,
  color: () => "colour",
  size: (value) => `at least ${Number(value).toLocaleString("en")} px wide`,
};

/** Sentences about one answer, each with the way to have it otherwise; undefined when there is none to say. */
export function hints({ did_you_mean: meant, understood = [], degraded }, query) {
  const said = [
    meant && sentence("Did you mean ", link(changed(query, { q: meant, page: null }), {}, meant), "?"),
    ...understood.map((note) => understoodAs(note, query)),
    query.get("literal") && sentence("Some words are taken as words. ", link(changed(query, { literal: null, page: null }), {}, "Understand them again")),
    degraded && sentence("Part of the search does not answer just now, so there may be better pictures than these."),
  ].filter(Boolean);
  return said.length ? element("div", { class: "hints", role: "status" }, said) : undefined;
}

/** A copy of `query` with other values; null takes a name out. */
export function changed(query, values) {
  const copy = new URLSearchParams(query);
  for (const [name, value] of Object.entries(values)) {
    if (value === null) copy.delete(name);
    else copy.set(name, value);
  }
  return copy;
}

function understoodAs({ topic, words, value }, query) {
  const literal = [query.get("literal"), topic].filter(Boolean).join(",");
  const undo = link(changed(query, { literal, page: null }), { "aria-label": `Search for the words “${words}” instead` }, "Search for the words instead");
  const swatch = element("span", { class: "dot", "aria-hidden": "true" });
  if (topic === "color") swatch.style.setProperty("--swatch", value);
  return sentence(`“${words}” was understood as ${TOPICS[topic](value)}`, topic === "color" ? [" ", swatch] : "", ". ", undo);
}

function sentence(...parts) {
  return element("p", {}, parts);
}
