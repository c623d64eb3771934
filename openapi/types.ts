/** Generates the types of a document with openapi-typescript, plus three types of our own, and tuples for arrays of fixed length. */
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";
import type { Document, Json } from "./documents.js";

const text = ts.factory.createKeywordTypeNode(ts.SyntaxKind.StringKeyword);
const named = (name: string) => ts.factory.createTypeReferenceNode(name);
/** The type that may replace a string, by its `x-media`. */
const MEDIA: Record<string, string> = { image: "ImageMedia", video: "VideoMedia", audio: "AudioMedia" };

/** An `x-exact-id` is a string even if it is a number on the wire. An `x-media` string may be our Media. Bytes are a Blob. */
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
  // Without the tag, because editors show tags separately from the text, or not at all.
  return withDocs(astToString(nodes).replaceAll("@description ", ""), document) + fieldDocs(document);
}

/** Adds a comment to each export. The tag makes TypeDoc show the properties of an object; of large unions, it would show too little. */
function withDocs(source: string, { components: { schemas } }: Document): string {
  return source.replace(/^export (?:type|interface) (\S+)/gm, (line, name) => {
    const doc = ROOTS[name] ?? schemas[name]?.description?.split("\n\n")[0].replace(/\s+/g, " ").trim();
    const tag = schemas[name]?.properties && !schemas[name].oneOf && !schemas[name].allOf ? " @useDeclaredType" : "";
    return doc ? `/** ${doc}${tag} */\n${line}` : line;
  });
}

const ROOTS: Record<string, string> = {
  paths: "Every path of the spec with its methods, in the form that openapi-fetch expects.",
  components: "Every named schema of the spec, 1:1.",
  operations: "Every operation of the spec by its operationId: parameters, body and replies, 1:1.",
};

/** Removes `minItems` and `maxItems` if they differ, because an array that a program fills is not a tuple. */
function onlyFixedLengths(_: string, schema: Json): Json {
  if (schema?.type !== "array" || schema.minItems === schema.maxItems) return schema;
  const { minItems, maxItems, ...rest } = schema;
  return rest;
}

/** The fields of a video request with their descriptions (`x-fields`). Their types depend on the mode. */
function fieldDocs({ paths }: Document): string {
  const docs = paths["/v1/video_generation"]?.post["x-fields"];
  if (!docs) return "";
  const lines = Object.entries<string>(docs).map(([name, text]) => `    /** ${text} */\n    ${name}?: unknown;\n`);
  return `/** The fields of a video request. */\nexport interface VideoFieldDocs {\n${lines.join("")}}\n`;
}
