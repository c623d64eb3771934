/** TypeScript types of a document, as openapi-typescript makes them, with three types of our own. */
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";
import type { Document, Json } from "./documents.js";

const text = ts.factory.createKeywordTypeNode(ts.SyntaxKind.StringKeyword);
const media = (name: string) => ts.factory.createUnionTypeNode([text, ts.factory.createTypeReferenceNode(name)]);
/** What may stand for a string, by its `x-media`. */
const MEDIA: Record<string, ts.UnionTypeNode> = {
  image: media("ImageMedia"),
  video: media("VideoMedia"),
  audio: media("AudioMedia"),
};
const blob = ts.factory.createTypeReferenceNode("Blob");

/**
 * An `x-exact-id` may be a number on the wire; the client reads and writes its digits, so its type is string. For an `x-media`
 * string, our Media of that kind may stand. Bytes (`contentMediaType`) are a Blob.
 */
export async function typesOf(document: Document): Promise<string> {
  const nodes = await openapiTS(JSON.stringify(document), {
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
    rootTypesKeepCasing: true,
    defaultNonNullable: false,
    inject: 'import type { AudioMedia, ImageMedia, VideoMedia } from "../media/media.js";',
    transform: (schema: Json) => {
      if (schema["x-exact-id"]) return text;
      if (schema["x-media"]) return MEDIA[schema["x-media"]];
      return schema.contentMediaType ? blob : undefined;
    },
  });
  return astToString(nodes);
}
