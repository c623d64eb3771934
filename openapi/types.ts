/** TypeScript types of a document, as openapi-typescript makes them, with three types of our own. */
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";
import type { Document, Json } from "./documents.js";

const text = ts.factory.createKeywordTypeNode(ts.SyntaxKind.StringKeyword);
const media = ts.factory.createUnionTypeNode([text, ts.factory.createTypeReferenceNode("Media")]);
const blob = ts.factory.createTypeReferenceNode("Blob");

/**
 * An `x-exact-id` may be a number on the wire; the client reads and writes its digits, so its type is string. For an `x-media`
 * string, our Media may stand. Bytes (`contentMediaType`) are a Blob.
 */
export async function typesOf(document: Document): Promise<string> {
  const nodes = await openapiTS(JSON.stringify(document), {
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
    rootTypesKeepCasing: true,
    defaultNonNullable: false,
    inject: 'import type { Media } from "../media/media.js";',
    transform: (schema: Json) => {
      if (schema["x-exact-id"]) return text;
      if (schema["x-media"]) return media;
      return schema.contentMediaType ? blob : undefined;
    },
  });
  return astToString(nodes);
}
