/**
 * TypeScript of the schemas of an OpenAPI document: an interface for each object, a union for each list of words and for
 * each choice. What it does not know it refuses, so that nothing becomes `any` unnoticed.
 *
 *     node openapi.mjs http://127.0.0.1:8080/openapi.json > src/api-types.ts
 */
import { fileURLToPath } from "node:url";

const HEAD = `/** What travels between the widget and the service: made of the service's /openapi.json by openapi.mjs. Do not edit. */
`;

/** The longest line. */
const WIDTH = 120;

/** The whole file. */
export function typescript(document) {
  const schemas = Object.entries(document.components.schemas).sort(([left], [right]) => (left < right ? -1 : 1));
  return HEAD + schemas.map(([name, schema]) => `\n${comment(schema, "")}${declaration(name, schema)}`).join("");
}

function declaration(name, schema) {
  if (schema.properties !== undefined) return `export interface ${name} ${object(schema, "")}\n`;
  const head = `export type ${name} =`;
  const choices = alternatives(schema, "");
  const line = `${head} ${choices.join(" | ")};`;
  return line.length <= WIDTH ? `${line}\n` : `${head}\n${choices.map((choice) => `  | ${choice}`).join("\n")};\n`;
}

/** An object with its fields, each with what it is said to be. */
function object(schema, indent) {
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties).map(([name, field]) => {
    const optional = required.has(name) ? "" : "?";
    return `${comment(field, `${indent}  `)}${indent}  readonly ${key(name)}${optional}: ${type(field, `${indent}  `)};\n`;
  });
  return `{\n${fields.join("")}${indent}}`;
}

const key = (name) => (/^[a-z_$][\w$]*$/i.test(name) ? name : JSON.stringify(name));

function type(schema, indent) {
  return alternatives(schema, indent).join(" | ");
}

/** What a value of the schema can be; null comes last. */
function alternatives(schema, indent) {
  if (schema.$ref !== undefined) return [schema.$ref.split("/").at(-1)];
  if (schema.enum !== undefined) return schema.enum.map((word) => JSON.stringify(word));
  if (schema.oneOf !== undefined) return nullLast(schema.oneOf.flatMap((choice) => choice.properties ? [line(choice)] : alternatives(choice, indent)));
  if (Array.isArray(schema.type)) return nullLast(schema.type.flatMap((one) => alternatives({ ...schema, type: one }, indent)));
  switch (schema.type) {
    case "string": return ["string"];
    case "integer":
    case "number": return ["number"];
    case "boolean": return ["boolean"];
    case "null": return ["null"];
    case "array": return [array(alternatives(schema.items, indent))];
    case "object": return [schema.properties === undefined ? "Readonly<Record<string, unknown>>" : object(schema, indent)];
    default: throw new Error(`a schema that is not known: ${JSON.stringify(schema)}`);
  }
}

const nullLast = (all) => [...all.filter((one) => one !== "null"), ...all.filter((one) => one === "null")];

const array = (of) => `readonly ${of.length > 1 ? `(${of.join(" | ")})` : of[0]}[]`;

/** An object on one line: a choice among several. */
function line({ properties }) {
  const fields = Object.entries(properties).map(([name, field]) => `readonly ${key(name)}: ${type(field, "")}`);
  return `{ ${fields.join("; ")} }`;
}

function comment(schema, indent) {
  const text = schema.description?.replace(/\s+/g, " ").replaceAll("*/", "* /").trim();
  return text ? `${indent}/** ${text} */\n` : "";
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const response = await fetch(process.argv[2] ?? "http://127.0.0.1:8080/openapi.json");
  if (!response.ok) throw new Error(`${response.url} answered with ${response.status}`);
  process.stdout.write(typescript(await response.json()));
}
