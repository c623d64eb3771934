/** Generates TypeScript tables from the x- extensions (SOURCES.md, "Extensions"). */
import { squeezed } from "../src/base/nearest.js";
import { type Document, type Json, listedIn, nodesIn, Refusal } from "./documents.js";
import { allProperties, cellsOf, expectationsIn, MODES, MODES_V2, REQUESTS, REQUESTS_V2 } from "./matrix.js";
import { print, unionOf } from "./typescript-source.js";

const CREATE = "paths/video-generation.yaml";

/** Returns an extension from which tables are generated. `where` names the file that must have it. */
function needed(node: Json, key: string, where: string): Json {
  if (node?.[key] === undefined) throw new Refusal(`${where} has no ${key}, from which a table is generated.`);
  return node[key];
}

/** Generates the tables of status codes, error types and rate limits. */
export function codeTable({ paths, components: { schemas } }: Document): string {
  const codes = needed(schemas.StatusCode, "x-status-codes", "schemas/StatusCode.yaml").filter(
    ({ code }: Json) => code,
  );
  const types: Json[] = needed(schemas.OaiErrorType, "x-error-types", "schemas/OaiErrorType.yaml");
  const words = codes.flatMap(({ code, words = [] }: Json) => words.map((word: string) => [word, code]));
  const said = codes.flatMap(({ code, said }: Json) => (said ? [`  [/${said}/i, ${code}],\n`] : []));
  const limits = ([1, 2] as const).flatMap((version) => {
    const create = paths[`/v${version}/video_generation`]?.post["x-rate-limits"] ?? [];
    return create.map(({ date: _, ...row }: Json) => ({ version, ...row }));
  });
  const kinds: string[] = [...new Set<string>([...codes, ...types].map(({ kind }: Json) => kind)), "unknown"];
  return `
import type { Region } from "./servers.js";

/** What a refusal is about, and thus who can fix it. */
export type ErrorKind = ${unionOf(kinds)};
/** The documented facts about a code of the service, in our own words. */
export interface StatusCodeRow {
  /** What the refusal is about, as in \`ApiError.kind\`. */
  kind: ErrorKind;
  /** Whether the same call may succeed later. */
  retryable: boolean;
  /** What the code means. */
  meaning: string;
  /** What to do about it. */
  advice?: string;
}
/** \`status\` is the HTTP status of the type. */
export interface ErrorTypeRow extends StatusCodeRow { status: number }

/** \`tasksInFlight\`: tasks queued or running at the same time. */
export interface RateLimitRow { version: 1 | 2; region: Region; createsPerMinute: number; tasksInFlight?: number }

/** \`base_resp.status_code\` by number, except 0, which means success (schemas/StatusCode.yaml). */
export const statusCodes: Record<number, StatusCodeRow> = ${print(Object.fromEntries(codes.map(({ code, words: _, said: __, ...row }: Json) => [code, row])))};
/** \`error.type\` of V2 (schemas/OaiErrorType.yaml). The code in parentheses at the end of the message is more precise. */
export const errorTypes: Record<string, ErrorTypeRow> = ${print(Object.fromEntries(types.map(({ type, ...row }) => [type, row])))};
/** Codes and types that gateways and other APIs use for a refusal, and the equivalent code of \`statusCodes\`. */
export const errorWords: Record<string, number> = ${print(Object.fromEntries(words))};
/** Messages of refusals without a known code or type, and the equivalent code. */
export const errorPhrases: [RegExp, number][] = [
${said.join("")}];
/** The limits of an account in a region, for the creates of each version of the API (\`x-rate-limits\`). */
export const rateLimits: RateLimitRow[] = ${print(limits)};
`;
}

/** Generates the table of servers. A separate file, because it is loaded before any reply is read. */
export function serverTable(documents: Record<string, Document>): string {
  const servers = Object.entries(documents).flatMap(([spec, { servers }]) =>
    servers.map((server) => {
      const { name, ...row } = needed(server, "x-server", `The server ${server.url} of ${spec}`);
      // A server variable stands for an unpublished host, which the user must supply.
      return [name, { baseUrl: server.variables ? undefined : server.url, spec, ...row }] as const;
    }),
  );
  const segments = Object.values(documents).flatMap(({ paths }) => Object.keys(paths).map((path) => path.split("/")));
  // "/v1", "/v1/files" and "/v1/files/list".
  const paths = segments.flatMap((all) => all.slice(1).map((_, index) => all.slice(0, index + 2).join("/")));
  const operationPath = [...new Set(paths)].join("|").replaceAll("/", "\\/").replace(/{\w+}/g, "[^/]+");
  return `
/** The name of an OpenAPI document of this package: of MiniMax or of a gateway. */
export type SpecName = ${unionOf(Object.keys(documents))};
/** The name of a documented server, for the option \`server\` and the variable MINIMAX_SERVER. */
export type ServerName = ${unionOf(servers.map(([name]) => name))};
/** The region of a server. It determines which keys are valid, the currency, and the limits of an account. */
export type Region = "china" | "global";
/** A documented server. */
export interface ServerRow {
  /** The base URL, to which the paths of operations are appended. Absent if the host is not published. */
  baseUrl?: string;
  /** The OpenAPI document that requests to it are validated against. */
  spec: SpecName;
  /** The region of its accounts. */
  region: Region;
  /** Whether a third party runs it and forwards requests. */
  gateway?: boolean;
  /** Domains of its owner. Other hosts in these domains do not serve this API. */
  domains?: string[];
}

/** Every documented server by name. One without a baseUrl has no published host. */
export const servers: Record<ServerName, ServerRow> = ${print(Object.fromEntries(servers))};

/** Matches a URL that ends with the path of an operation or the beginning of one, such as /v1 and /v1/query. */
export const operationPath = /(?:${operationPath})\\/*$/i;
`;
}

/** Generates the tables that only the check of a request needs: matrix, prices, templates, limits, words. */
export function offers(minimax: Document, documents: Record<string, Document>): string {
  const { schemas } = minimax.components;
  const create = minimax.paths["/v1/video_generation"].post;
  const camera = needed(create, "x-camera-commands", CREATE);
  const unlisted = Object.entries(documents).map(([spec, document]) => {
    const modes = MODES.filter((name) => document.components.schemas[name]);
    const properties = modes.flatMap((name) => Object.entries(allProperties(document, name)));
    return [spec, [...new Set(properties.flatMap(([name, property]) => (property["x-unlisted"] ? name : [])))]];
  });
  const requests = [...REQUESTS, ...REQUESTS_V2].map((name) => ({ name, properties: allProperties(minimax, name) }));
  const fields = requests.map(({ name, properties }) => [name, Object.keys(properties)] as const);
  const choices = requests.map(({ name, properties }) => {
    const listed = Object.entries(properties).filter(([, { enum: values }]) => values);
    return [name, Object.fromEntries(listed.map(([field, { enum: values }]) => [field, values]))];
  });
  const otherNames = Object.entries<string[]>(needed(create, "x-other-names", CREATE));
  const known = [...new Set([...fields.flatMap(([, names]) => names), ...otherNames.map(([field]) => field)])];
  const meant = [...otherNames, ...known.map((field): [string, string[]] => [field, [field]])].flatMap(
    ([field, names]) => names.map((name) => [squeezed(name), field]),
  );
  const absent = needed(create, "x-no-such-fields", CREATE).flatMap(({ names, instead }: Json) =>
    names.map((name: string) => [squeezed(name), instead]),
  );
  const patterns = [...nodesIn(documents)].flatMap(([{ pattern, "x-expects": words }]) => {
    return pattern && words ? [[pattern, `be ${words}`.replace(/^be not /, "not be ")]] : [];
  });
  const cells = Object.entries(documents).map(([spec, document]) => [spec, cellsOf(document, MODES)]);
  const limits = Object.assign({}, ...Object.values(schemas).map((schema) => schema["x-limits"]));
  const limitTypes = Object.entries(limits).map(([name, limit]) => {
    return `  ${name}?: ${Array.isArray(limit) ? "string[]" : typeof limit};\n`;
  });
  return `
import type { Region, SpecName } from "./servers.js";

/** A known template of the vendor. No endpoint lists them. */
export interface TemplateRow {
  /** The id to use in a request, a decimal string. */
  template_id: string;
  /** The vendor's name for it. */
  name: string;
  /** The regions that offer it. */
  regions: Region[];
  /** The inputs that a request must have, in this order. */
  inputs: ("media" | "text")[];
  /** "docs" if the vendor's page lists it, "code" if only third-party code that cites the page does. */
  source: "docs" | "code";
  /** List price of a video in US dollars, for the region "global". Absent if it is not known. */
  price?: number;
}
/** The list prices of a region on a date. What an account actually pays depends on its plan. */
export interface PriceList {
  /** The region in which these prices apply. */
  region: Region;
  /** ISO 4217 code of the currency. */
  currency: string;
  /** The day when the list was read, ISO 8601. */
  date: string;
  /** The page that contains the list. */
  source: string;
  /** One row for each price: the \`amount\` for a video of this \`model\`, \`resolution\` and \`duration\` in seconds. */
  rows: { model: string; resolution: string; duration: number; amount: number }[];
}
/** What one model accepts in one mode, and its defaults. */
export interface Cells {
  /** The default duration in seconds. Absent if a request must specify one. */
  duration?: number;
  /** The default resolution. Absent if a request must specify one. */
  resolution?: string;
  /** Each legal duration in seconds, with the resolutions that it can be combined with. */
  accepts: [duration: number, resolutions: string[]][];
}
/**
 * Documented limits of media that no schema can check (\`x-limits\`), inclusive. Sides are in pixels, and an aspect is width / height;
 * sources disagree about those beyond \`sureMinAspect\` and \`sureMaxAspect\`. \`totalSeconds\`: of all files of the kind in a request.
 * \`sound\`: whether an audio track is required. The number of frames must be minFrames plus a multiple of \`frameStep\`.
 */
export interface MediaLimits {
${limitTypes.join("")}}

/** Templates that the vendor's pages list (schemas/TemplateId.yaml). */
export const templates: TemplateRow[] = ${print(needed(schemas.TemplateId, "x-templates", "schemas/TemplateId.yaml"))};
/** List prices of one video (prices/videoGeneration.yaml). */
export const prices: PriceList[] = ${print(needed(create, "x-prices", CREATE))};
/** Commands that a prompt may contain in square brackets, in both languages (paths/video-generation.yaml). */
export const cameraCommands: { english: string; chinese: string }[] = ${print(camera.commands)};
/** Models that are missing from the vendor's newest list. */
export const olderModels: string[] = ${JSON.stringify(needed(create, "x-older-models", CREATE))};
/** The models that accept camera commands. */
export const cameraModels: string[] = ${JSON.stringify(camera.models)};
/** The limits of images, by schema (its \`x-limits\`). */
export const imageLimits: { ImageInput: MediaLimits & { maxBytes: number } } = ${print({ ImageInput: schemas.ImageInput["x-limits"] })};
/** Fields of the official API that a spec accepts although the server's own page does not list them (\`x-unlisted\`). */
export const unlisted: Record<SpecName, string[]> = ${print(Object.fromEntries(unlisted))};
/** The fields of each request schema, for "did you mean". */
export const fields: Record<string, string[]> = ${print(Object.fromEntries(fields))};
/** The values of each field of a request schema that lists them. */
export const choices: Record<string, Record<string, (string | number)[]>> = ${print(Object.fromEntries(choices))};
/** Fields by their names in this and other APIs. Names are squeezed: only letters and digits, in lower case. */
export const otherNames: Record<string, string> = ${print(Object.fromEntries(meant))};
/** Advice for fields of other APIs that this one lacks, by squeezed name. */
export const noSuchFields: Record<string, string> = ${print(Object.fromEntries(absent))};
/** What each \`pattern\` requires, in words that follow "must" (the \`x-expects\` next to it). */
export const expects: Record<string, string> = ${print(Object.fromEntries(patterns))};
/** The request matrix of V1: spec, mode, model. */
export const cells: Record<SpecName, Record<string, Record<string, Cells>>> = ${print(Object.fromEntries(cells))};
`;
}

/** Generates a JSON Schema of a video request without alternatives, for language models (MCP). The check reports wrong combinations. */
export function requestSchema(minimax: Document): string {
  const modes = [...MODES, ...MODES_V2].map((name) => allProperties(minimax, name));
  const docs: [string, string][] = Object.entries(
    needed(minimax.paths["/v1/video_generation"].post, "x-fields", CREATE),
  );
  const inWords = docs.filter(([name]) => name !== "content" && name !== "source_task_id");
  const properties = inWords.map(([name, description]) => {
    const meant = modes.flatMap((mode) => mode[name] ?? []);
    const { type, items, properties } = meant[0] ?? { type: "array", items: { type: "string" } };
    const listed = meant.flatMap(listedIn);
    const values = listed.length > 0 && { enum: [...new Set(listed)] };
    return [name, { type, items, properties, ...values, description }];
  });
  const schema = { type: "object", required: ["model"], properties: Object.fromEntries(properties) };
  // Without what only people and our own tools read.
  const isRead = (key: string) => !/^(x-.*|examples?|default)$/.test(key);
  return `
/** A video request with the fields of API v1, for every mode and model. */
export const requestSchema = ${JSON.stringify(schema, (key, value) => (isRead(key) ? value : undefined))} as const;
`;
}

/** Generates the same for V2, in a separate file that is loaded only when V2 is used. */
export function offersV2(minimax: Document): string {
  const { schemas } = minimax.components;
  const marked = (key: string) => {
    const found = Object.entries(schemas).filter(([, schema]) => key in schema);
    return Object.fromEntries(found.map(([name, schema]) => [name, schema[key]]));
  };
  const { ImageInput: _, ...limits } = marked("x-limits");
  const lifetimes = marked("x-lifetime-days");
  const prices = Object.values(minimax.paths).flatMap(({ post }) => post?.["x-unit-prices"] ?? []);
  const expected = REQUESTS_V2.map((name) => [name, expectationsIn(minimax, name)]);
  return `
import type { Cells, MediaLimits } from "./offers.js";
import type { Region } from "./servers.js";
import type { RequestNameV2 } from "./validators.js";

/** Prices per second. Absent fields have no documented price. Sounds are free. Frames count as images. */
export interface SecondPrice {
  model: string;
  resolution: string;
  /** Per second of the finished video. */
  second: number;
  /** Per second of a reference video. */
  referenceVideoSecond?: number;
  /** Per image beyond the free ones. According to another source, it is \`leastImage\`. */
  image?: number;
  leastImage?: number;
  freeImages?: number;
  /** "mixed": some figures are a third party's; "third party": all are. */
  source: "docs" | "mixed" | "third party";
}
/** Prices per million tokens. */
export interface TokenPrice { model: string; millionInputTokens: number; millionOutputTokens: number; source: "docs" | "mixed" }
interface ListFacts { region: Region; currency: string; date: string; source: string }
export type PriceListV2 = ListFacts & ({ task_type: "generation" | "regeneration"; rows: SecondPrice[] } | { task_type: "h3_context_ir"; rows: TokenPrice[] });

/** List prices per second and per token (prices/). */
export const pricesV2: PriceListV2[] = ${print(prices)};
/** The limits of media and bodies, by schema (its \`x-limits\`). */
export const limitsV2: Record<${unionOf(Object.keys(limits))}, MediaLimits> = ${print(limits)};
/** Days for which an upload can be used, a task can be queried, and a task can be the source of a regeneration. */
export const lifetimeDays: Record<${unionOf(Object.keys(lifetimes))}, number> = ${print(lifetimes)};
/** What each counting rule requires, in words, by the \`schemaPath\` of its error (the \`x-expects\` next to it). */
export const expectsV2: Record<RequestNameV2, Record<string, string>> = ${print(Object.fromEntries(expected))};
/** Models, or resolutions of a model, that only third parties document: usable if named, never a default (paths/v2-video-generation.yaml). */
export const unconfirmed: { model: string; resolution?: string; source: string }[] = ${print(minimax.paths["/v2/video_generation"].post["x-unconfirmed"])};
/** The request matrix of V2: mode, model. */
export const cellsV2: Record<${unionOf(MODES_V2)}, Record<string, Cells>> = ${print(cellsOf(minimax, MODES_V2))};
`;
}
