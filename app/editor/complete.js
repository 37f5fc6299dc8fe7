// What can be written next, and what a field means: by where in the document one is, and what
// Kubernetes knows of the kind.
import { hoverTooltip } from "@codemirror/view";
import { kinds, lookUp, pages, schemaOf, typeOf } from "./schema.js";

const indentOf = (line) => /^(?:- |\s)*/.exec(line)[0].length;

// The fields above a line, outermost first, and the lines of its document.
function place(state, number, indent) {
  const path = [];
  const lines = [];
  let limit = indent;
  let inside = true;
  for (let n = number - 1; n >= 1; n--) {
    const text = state.doc.line(n).text;
    if (/^---/.test(text)) break;
    lines.push(text);
    const field = /^((?:- |\s)*)([\w./-]+):\s*(?:#.*)?$/.exec(text);
    const starts = /^\s*/.exec(text)[0].length;
    if (inside && field && starts < limit && indentOf(text) <= limit) {
      path.unshift(field[2]);
      // A list may stand as far left as the field it belongs to.
      limit = field[1].includes("-") ? starts + 0.5 : starts;
    }
    inside = limit > 0;
  }
  for (let n = number; n <= state.doc.lines; n++) {
    const text = state.doc.line(n).text;
    if (/^---/.test(text) && n > number) break;
    lines.push(text);
  }
  return { path, lines };
}

const said = (lines, field) =>
  lines.map((text) => new RegExp(`^${field}:\\s*([\\w./]+)`).exec(text)?.[1]).find(Boolean);

function schemaAt(lines) {
  const kind = said(lines, "kind");
  return kind ? schemaOf(said(lines, "apiVersion"), kind) : null;
}

// Before a kind is chosen, only what every manifest begins with.
const beginning = ["apiVersion", "kind", "metadata"];

function option(schema, name, field) {
  const type = typeOf(schema, field);
  const scalar = /^(string|integer|number|boolean|integer or string)$/.test(type);
  const apply = scalar ? `${name}: ` : `${name}:`;
  return { label: name, detail: type, info: field.description, apply, type: "property" };
}

async function values(schema, path, key) {
  const known = await kinds();
  if (path.length === 0 && key === "kind") return known.map((one) => one.kind);
  if (path.length === 0 && key === "apiVersion") return [...new Set(known.map((one) => one.apiVersion))];
  const field = schema && lookUp(schema, path)?.properties?.[key];
  if (!field) return null;
  return field.enum ?? (field.type === "boolean" ? ["true", "false"] : null);
}

export async function complete(context) {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const { path, lines } = place(context.state, line.number, indentOf(line.text));
  const value = /^(?:- |\s)*([\w]+):\s+(\S*)$/.exec(before);
  const word = value ? null : /^(?:- |\s)*([\w]*)$/.exec(before);
  if (!value && (!word || (word[1] === "" && !context.explicit))) return null;
  const schema = await schemaAt(lines);
  if (value) {
    const choices = await values(schema, path, value[1]);
    const options = choices?.map((label) => ({ label, type: "constant" }));
    return options ? { from: context.pos - value[2].length, options } : null;
  }
  const from = context.pos - word[1].length;
  if (!schema) {
    const options = beginning.map((label) => ({ label, apply: `${label}: `, type: "property" }));
    return path.length === 0 ? { from, options } : null;
  }
  const fields = Object.entries(lookUp(schema, path)?.properties ?? {});
  return { from, options: fields.map(([name, field]) => option(schema, name, field)) };
}

function tip(schema, name, field, required) {
  const dom = document.createElement("div");
  dom.className = "cm-field";
  dom.lang = "en";
  const head = dom.appendChild(document.createElement("p"));
  head.appendChild(document.createElement("strong")).textContent = name;
  head.append(` ${typeOf(schema, field)}${required ? ", required" : ""}`);
  dom.appendChild(document.createElement("p")).textContent = field.description ?? "";
  return { dom };
}

// A kind in the words of the reference, and the way there.
function kindTip(page, language) {
  const dom = document.createElement("div");
  dom.className = "cm-field";
  dom.appendChild(document.createElement("p")).appendChild(document.createElement("strong")).textContent = page.title;
  dom.appendChild(document.createElement("p")).textContent = page.summary;
  const link = dom.appendChild(document.createElement("p")).appendChild(document.createElement("a"));
  link.href = `/${language}/reference/${page.section}/${page.slug}`;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = language === "ko" ? "찾아보기에서 읽기" : "Read on in the reference";
  return { dom };
}

async function kindAt(line, pos) {
  const found = /^(kind:\s+)(\w+)/.exec(line.text);
  const from = line.from + (found?.[1].length ?? 0);
  if (!found || pos < from || pos > from + found[2].length) return null;
  const language = document.documentElement.lang === "ko" ? "ko" : "en";
  const page = (await pages(language)).find((one) => one.section === "kinds" && one.names.includes(found[2]));
  return page && { pos: from, end: from + found[2].length, above: true, create: () => kindTip(page, language) };
}

// What the field under the pointer means, in Kubernetes' own words; a kind, in those of the reference.
export const meaning = hoverTooltip(async (view, pos) => {
  const line = view.state.doc.lineAt(pos);
  const kind = await kindAt(line, pos);
  if (kind) return kind;
  const field = /^((?:- |\s)*)([\w./-]+):/.exec(line.text);
  if (!field) return null;
  const from = line.from + field[1].length;
  const end = from + field[2].length;
  if (pos < from || pos > end) return null;
  const { path, lines } = place(view.state, line.number, field[1].length);
  const schema = await schemaAt(lines);
  const parent = schema && lookUp(schema, path);
  const found = parent?.properties?.[field[2]];
  if (!found) return null;
  const required = parent.required?.includes(field[2]);
  return { pos: from, end, above: true, create: () => tip(schema, field[2], found, required) };
});
