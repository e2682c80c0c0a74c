// Shows the view that the address names: ?image=ID a picture, anything else a search.

import { element, link } from "./dom.js";
import { picture } from "./picture.js";
import { results } from "./results.js";
import { suggesting } from "./suggest.js";

const view = document.querySelector("#view");
const form = document.querySelector("#search");
let leaving = new AbortController();

/** Show the view of the present address; when `moved`, the keyboard goes with it. */
async function show({ moved, scroll = 0 }) {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const query = new URLSearchParams(location.search);
  const id = query.get("image");
  fill(form, query);
  view.setAttribute("aria-busy", "true");
  const shown = await (id ? picture(id, signal) : results(query, signal)).catch(failed);
  if (signal.aborted) return;
  document.title = shown.title;
  view.replaceChildren(...shown.parts.filter(Boolean));
  view.setAttribute("aria-busy", "false");
  scrollTo(0, scroll);
  // The heading says where one is; without this a screen reader stays at a link that is gone.
  if (moved) view.querySelector("h1").focus({ preventScroll: true });
}

/** Go to another view, remembering how far down this one was. */
function go(address, { moved = true } = {}) {
  history.replaceState({ scroll: scrollY }, "");
  history.pushState(null, "", address);
  show({ moved });
}

/** The address of what the form asks for. */
function asked() {
  const filled = [...new FormData(form)].filter(([, value]) => value && value !== "hybrid");
  return `?${new URLSearchParams(filled)}`;
}

function fill({ elements }, query) {
  elements.q.value = query.get("q") ?? "";
  elements.mode.value = query.get("mode") || "hybrid";
}

function failed(error) {
  const missing = error.status === 404;
  const heading = missing ? "This picture is not here" : "That did not work";
  const text = missing ? "It may have been taken down." : error.message;
  return {
    title: `${heading} – Lumenstock`,
    parts: [element("h1", { tabindex: -1 }, heading), element("p", { class: "nothing" }, `${text} `, link("", {}, "See all pictures"))],
  };
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  go(asked());
});
form.addEventListener("change", ({ target }) => {
  // The keyboard stays at the switch, which changes at every arrow key.
  if (target.name === "mode" && form.elements.q.value) go(asked(), { moved: false });
});
document.addEventListener("click", (event) => {
  const target = event.target.closest("a[data-view]");
  if (!target || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(target.href);
});
addEventListener("popstate", ({ state }) => show({ moved: true, scroll: state?.scroll ?? 0 }));

suggesting(form.elements.q);
history.scrollRestoration = "manual";
show({ moved: false });
