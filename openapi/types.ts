/** TypeScript types of a document, as openapi-typescript makes them, with three types of our own and tuples for arrays of fixed length. */
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";
import type { Document, Json } from "./documents.js";

const text = ts.factory.createKeywordTypeNode(ts.SyntaxKind.StringKeyword);
const named = (name: string) => ts.factory.createTypeReferenceNode(name);
/** What may stand for a string, by its `x-media`. */
const MEDIA: Record<string, string> = { image: "ImageMedia", video: "VideoMedia", audio: "AudioMedia" };

/**
 * An `x-exact-id` may be a number on the wire; the client reads and writes its digits, so its type is string. An `x-media` string
 * may also be our Media of that kind. Bytes (`contentMediaType`) are a Blob.
 */
export async function typesOf(document: Document): Promise<string> {
  const nodes = await openapiTS(JSON.stringify(document, onlyFixedLengths), {
    arrayLength: true,
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
    rootTypesKeepCasing: true,
    defaultNonNullable: false,
    inject: 'import type { AudioMedia, ImageMedia, VideoMedia } from "../media/media.js";',
    transform: (schema: Json) => {
      if (schema["x-exact-id"]) return text;
      const media = MEDIA[schema["x-media"]];
      if (media) return ts.factory.createUnionTypeNode([text, named(media)]);
      return schema.contentMediaType ? named("Blob") : undefined;
    },
  });
  // Descriptions as the text of a comment: editors show tags apart from it, and most of them not at all.
  return withDocs(astToString(nodes).replaceAll("@description ", ""), document) + fieldDocs(document);
}

/**
 * What openapi-typescript exports, and a comment for each: of a schema, the first paragraph of its description. The tag has TypeDoc
 * show the properties of an object; of requests, whose cells make large unions, it would show a beginning.
 */
function withDocs(source: string, { components: { schemas } }: Document): string {
  return source.replace(/^export (?:type|interface) (\S+)/gm, (line, name) => {
    const doc = ROOTS[name] ?? schemas[name]?.description?.split("\n\n")[0].replace(/\s+/g, " ").trim();
    const tag = schemas[name]?.properties && !schemas[name].oneOf && !schemas[name].allOf ? " @useDeclaredType" : "";
    return doc ? `/** ${doc}${tag} */\n${line}` : line;
  });
}

const ROOTS: Record<string, string> = {
  paths: "Every path of the spec with its methods, 1:1 as openapi-fetch takes them.",
  components: "Every named schema of the spec, 1:1.",
  operations: "Every operation of the spec by its id: parameters, body and replies, 1:1.",
};

/** Without `minItems` and `maxItems` that differ: an array that a program fills is no tuple. */
function onlyFixedLengths(_: string, schema: Json): Json {
  if (schema?.type !== "array" || schema.minItems === schema.maxItems) return schema;
  const { minItems, maxItems, ...rest } = schema;
  return rest;
}

/** The fields of a request for a video, each with its sentence (`x-fields`); their types depend on the mode. */
function fieldDocs({ paths }: Document): string {
  const docs = paths["/v1/video_generation"]?.post["x-fields"];
  if (!docs) return "";
  const lines = Object.entries<string>(docs).map(([name, text]) => `    /** ${text} */\n    ${name}?: unknown;\n`);
  return `/** What each field of a request for a video is. */\nexport interface VideoFieldDocs {\n${lines.join("")}}\n`;
}
