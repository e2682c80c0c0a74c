// Completes what is being written, by what others look for, and by titles and tags that there are.

import { read } from "./api.js";
import { element } from "./dom.js";

const REST_MS = 150; // between two keys of somebody who types

/** Fill the list of `input` while it is written into. */
export function suggesting(input) {
  let resting;
  let leaving = new AbortController();
  input.addEventListener("input", () => {
    clearTimeout(resting);
    leaving.abort();
    leaving = new AbortController();
    const { signal } = leaving;
    const q = input.value.trim();
    if (q.length < 2) return input.list.replaceChildren();
    resting = setTimeout(async () => {
      // A search goes without suggestions as well.
      const { suggestions, popular } = await read("/search/suggest", { q }, signal).catch(() => ({ suggestions: [], popular: [] }));
      const texts = new Set([...popular, ...suggestions.map(({ text }) => text)]);
      if (!signal.aborted) input.list.replaceChildren(...[...texts].map((value) => element("option", { value })));
    }, REST_MS);
  });
}
