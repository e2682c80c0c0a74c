// Renders /docs/api/openapi.json (OpenAPI 3.1): one section a tag, one fold a route. Text nodes only, no HTML from data.

const METHODS = ["get", "post", "put", "patch", "delete"];

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// The document's texts quote code with backticks.
function prose(text) {
  return element("span", {}, ...text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part)));
}

class Document {
  constructor(openapi) {
    this.openapi = openapi;
  }

  resolve(node) {
    if (!node?.$ref) return node ?? {};
    return node.$ref.slice(2).split("/").reduce((at, key) => at[key.replaceAll("~1", "/").replaceAll("~0", "~")], this.openapi);
  }

  // A short word for a schema: `string (ulid)`, `integer ≥ 1`, `array of Image`.
  typeOf(schema) {
    if (schema?.$ref) return schema.$ref.split("/").at(-1);
    if (!schema || Object.keys(schema).length === 0) return "any";
    for (const key of ["anyOf", "oneOf", "allOf"]) {
      if (schema[key]) return schema[key].map((part) => this.typeOf(part)).join(key === "allOf" ? " and " : " or ");
    }
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
    if ("const" in schema) return JSON.stringify(schema.const);
    if (schema.type === "array") return `array of ${this.typeOf(schema.items)}`;
    const limits = [
      schema.format && `(${schema.format})`,
      schema.minimum !== undefined && `≥ ${schema.minimum}`,
      schema.maximum !== undefined && `≤ ${schema.maximum}`,
      schema.maxLength !== undefined && `up to ${schema.maxLength} characters`,
    ].filter(Boolean);
    return [[schema.type].flat().join(" or "), ...limits].join(" ");
  }

  fields(schema, depth = 0) {
    const target = this.resolve(schema);
    const list = target.type === "array" ? this.resolve(target.items) : target;
    if (!list.properties || depth > 3) return null;
    const items = Object.entries(list.properties).map(([name, property]) => {
      const isRequired = list.required?.includes(name);
      const nested = property.$ref || property.items ? this.fields(property, depth + 1) : null;
      const description = this.resolve(property).description;
      return element(
        "li", {}, element("code", {}, name), " ", element("span", { class: "type" }, this.typeOf(property) + (isRequired ? "" : ", optional")),
        description ? element("span", {}, " ", prose(description)) : null, nested,
      );
    });
    return element("ul", { class: "fields" }, ...items);
  }

  content(body) {
    const parts = Object.entries(this.resolve(body).content ?? {}).map(([type, { schema }]) =>
      element("div", {}, element("span", { class: "type" }, `${type}: ${this.typeOf(schema)}`), this.fields(schema)));
    return parts.length ? element("div", {}, ...parts) : null;
  }

  operation(path, method, operation) {
    const parameters = (operation.parameters ?? []).map((parameter) => this.resolve(parameter));
    const isProtected = (operation.security ?? this.openapi.security ?? []).length > 0;
    const body = element("div");
    if (operation.description) body.append(element("p", {}, prose(operation.description)));
    if (parameters.length) {
      body.append(element("h3", {}, "Parameters"), element("ul", { class: "fields" }, ...parameters.map((parameter) => element(
        "li", {}, element("code", {}, parameter.name), " ",
        element("span", { class: "type" }, `${parameter.in}, ${this.typeOf(parameter.schema)}${parameter.required ? "" : ", optional"}`),
        parameter.description ? element("span", {}, " ", prose(parameter.description)) : null,
      ))));
    }
    if (operation.requestBody) body.append(element("h3", {}, "Request"), this.content(operation.requestBody) ?? "");
    for (const [status, answer] of Object.entries(operation.responses ?? {})) {
      body.append(element("h3", {}, `${status} `, prose(this.resolve(answer).description ?? "")), this.content(answer) ?? "");
    }
    return element(
      "details", { class: "operation", id: operation.operationId ?? `${method}-${path}` },
      element("summary", {}, element("span", { class: "method" }, method.toUpperCase()), element("span", { class: "path" }, path),
        element("span", { class: "summary" }, operation.summary ?? ""), isProtected ? element("span", { class: "lock" }, "signed in") : null),
      body,
    );
  }

  sections() {
    const byTag = new Map();
    for (const [path, item] of Object.entries(this.openapi.paths)) {
      for (const method of METHODS.filter((name) => item[name])) {
        const tag = item[method].tags?.[0] ?? "Other";
        byTag.set(tag, [...(byTag.get(tag) ?? []), this.operation(path, method, item[method])]);
      }
    }
    return [...byTag].map(([tag, operations]) => element("section", {}, element("h2", {}, tag), ...operations));
  }
}

const answer = await fetch("/docs/api/openapi.json");
const operations = document.getElementById("operations");
if (answer.ok) {
  const openapi = await answer.json();
  document.getElementById("title").textContent = `${openapi.info.title} ${openapi.info.version}`;
  operations.replaceChildren(...new Document(openapi).sections());
} else {
  operations.replaceChildren(element("p", {}, "The document is missing; `make openapi` writes it."));
}
