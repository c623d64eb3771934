/** Generates mutants of a document: copies in which one constraint is removed, relaxed or changed. */
import { defined } from "../../src/base/record.js";
import { ANNOTATION, type Document, isObject, isToldByValues, type Json } from "../documents.js";
import { homeOf, placesOf } from "../operations.js";
import { placed } from "./candidates.js";

/** A document that differs in one constraint. */
export interface Mutant {
  /** Such as `TextToVideo/allOf/1/properties/prompt maxLength 2001 instead of 2000`. */
  name: string;
  /** The component schema, or the inline schema of a place, that contains it. */
  home: string;
  /** That schema with the change. */
  schema: Json;
}

/** All mutants of all documents. A schema that an earlier document also has is changed only there. */
export function mutantsOf(documents: Record<string, Document>) {
  const known = new Set<string>();
  return Object.entries(documents).map(([name, document]) => {
    const inline = placesOf(document).filter(({ schema }) => !schema.$ref);
    const homes = [
      ...Object.entries<Json>(document.components.schemas),
      ...inline.map((place): [string, Json] => [homeOf(place), place.schema]),
    ].filter((one) => !known.has(JSON.stringify(one)));
    for (const one of homes) known.add(JSON.stringify(one));
    const mutants = homes.flatMap(([home, schema]) => mutantsIn(home, schema).map((one) => ({ home, ...one })));
    return { name, document, mutants };
  });
}

/** Does not follow references, because their targets are changed separately. `at` is the path of the node. */
function mutantsIn(at: string, node: Json): Pick<Mutant, "name" | "schema">[] {
  if (!isObject(node)) return [];
  const own = Object.entries<Json>(node).flatMap(([keyword, value]) =>
    editsOf(keyword, value, node).map(([change, edit]) => {
      return { name: `${at} ${keyword} ${change}`, schema: defined({ ...node, ...edit }) };
    }),
  );
  const steps = [
    ...ONE.filter((keyword) => isObject(node[keyword])).map((keyword) => [keyword]),
    ...MANY.flatMap((keyword) => Object.keys(node[keyword] ?? {}).map((key) => [keyword, key])),
  ];
  const inner = steps.flatMap((step) => {
    const part = step.reduce<Json>((above, key) => above[key], node);
    const changed = mutantsIn([at, ...step].join("/"), part);
    return changed.map(({ name, schema }) => ({ name, schema: placed(node, step, schema) }));
  });
  return [...own, ...inner];
}

/** Keywords that hold one schema, and below, keywords that hold several, in a list or by name. */
const ONE = [
  ...["items", "contains", "not", "if", "then", "else"],
  ...["additionalProperties", "unevaluatedProperties", "propertyNames"],
];
const MANY = ["allOf", "anyOf", "oneOf", "prefixItems", "properties", "patternProperties", "dependentSchemas"];

/** One way to change a keyword: its name, and the keywords to set, or to remove if undefined. */
type Edit = [change: string, edit: Record<string, Json>];

const BOUNDS = /^(min|max)(Length|Items|Contains|imum)$/;

/** Keywords that constrain nothing in ajv, besides annotations. */
const IDLE = /^(\$ref|content(MediaType|Encoding))$/;

function editsOf(keyword: string, value: Json, node: Json): Edit[] {
  const to = (instead: Json, change = `${show(instead)} instead of ${show(value)}`): Edit => {
    return [change, { [keyword]: instead }];
  };
  const removed = to(undefined, "removed");
  /** The list without each of its items. */
  const shorter = (nameOf?: (item: Json, index: number) => string): Edit[] => {
    return value.map((item: Json, index: number) => to(value.toSpliced(index, 1), nameOf?.(item, index)));
  };
  if (ANNOTATION.test(keyword) || IDLE.test(keyword) || isToldByValues(keyword, node)) return [];
  if (BOUNDS.test(keyword)) {
    const near = [value - 1, value + 1].filter((bound) => bound >= 0);
    return [removed, ...near.map((bound) => to(bound))];
  }
  switch (keyword) {
    case "type":
      return [removed, to(value === "null" ? "string" : "null"), ...(Array.isArray(value) ? shorter() : [])];
    case "const":
      return [removed, to("something else")];
    case "enum":
      return [removed, ...(value.length > 1 ? shorter((one) => `without ${show(one)}`) : [])];
    case "pattern": {
      const loose = [value.replace(/^\^/, ""), value.replace(/(?<!\\)\$$/, "")].filter((one) => one !== value);
      return [removed, ...loose.map((pattern) => to(pattern)), to("^never such$")];
    }
    case "required": {
      const more = optionalIn(node).map((name) => to([...value, name], `with ${name}`));
      return [...shorter((name) => `without ${name}`), ...more];
    }
    case "oneOf":
    case "allOf":
    case "anyOf": {
      const any: Edit[] = keyword === "oneOf" ? [["anyOf instead", { oneOf: undefined, anyOf: value }]] : [];
      const fewer = shorter((_, index) => `without branch ${index} of ${value.length}`);
      return [...any, ...(value.length > 1 ? fewer : [removed])];
    }
    case "properties":
      return Object.keys(value).map((name) => {
        const { [name]: _, ...others } = value;
        return to(others, `without ${name}`);
      });
    default:
      return [removed];
  }
}

function optionalIn({ properties = {}, required = [] }: Json): string[] {
  return Object.keys(properties).filter((name) => properties[name] !== false && !required.includes(name));
}

function show(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
