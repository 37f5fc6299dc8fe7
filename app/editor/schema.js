// What Kubernetes says of each field: the API server's own OpenAPI description of a group, fetched when
// the first manifest of that group is written.
const documents = new Map();

function fetched(path) {
  if (!documents.has(path)) {
    const answer = fetch(path).then((response) => (response.ok ? response.json() : null));
    // Without it there is no completion; the next word asks again.
    const kept = answer.catch(() => null).then((json) => {
      if (!json) documents.delete(path);
      return json;
    });
    documents.set(path, kept);
  }
  return documents.get(path);
}

// Every kind and its group's version.
export const kinds = async () => (await fetched("/schema")) ?? [];

// The pages of the reference, in a language.
export const pages = async (language) =>
  (await fetched(`/pages/reference?language=${language === "ko" ? "Korean" : "English"}`)) ?? [];

// The schema of a kind, with all that it refers to; null for one that the cluster does not know.
export async function schemaOf(apiVersion, kind) {
  const known = await kinds();
  const found = known.find((one) => one.kind === kind && (!apiVersion || one.apiVersion === apiVersion));
  const document = found && (await fetched(`/schema/${found.apiVersion}`));
  if (!document) return null;
  const root = document.schemas[document.kinds[kind]];
  return root ? { all: document.schemas, root } : null;
}

// A reference stands for what it names; a field with a default wraps it into `allOf`.
function follow(all, schema) {
  const named = schema?.$ref ?? schema?.allOf?.[0]?.$ref;
  return named ? all[named] : schema;
}

// What a field's value is, in one word.
export function typeOf({ all }, field) {
  if (field.items) return `${typeOf({ all }, follow(all, field.items) ?? {})}[]`;
  const followed = follow(all, field);
  if (followed !== field) return followed?.type ?? "object";
  if (field.additionalProperties) return "map";
  return field.format === "int-or-string" ? "integer or string" : (field.type ?? "object");
}

// The schema of what a way of keys leads to. Items of a list are entered by themselves.
export function lookUp(schema, path) {
  let at = schema.root;
  for (const key of path) {
    const field = at?.properties?.[key] ?? at?.additionalProperties;
    at = follow(schema.all, field);
    if (at?.items) at = follow(schema.all, at.items);
  }
  return at ?? null;
}
