/** Facts from the x- extensions (SOURCES.md, "Extensions") as TypeScript. */
import { squeezed } from "../src/base/nearest.js";
import { type Document, type Json, listedIn, nodesIn, Refusal } from "./documents.js";
import {
  allProperties,
  cellsOf,
  expectationsIn,
  MODES,
  MODES_V2,
  mergedParts,
  REQUESTS,
  REQUESTS_V2,
} from "./matrix.js";
import { print, unionOf } from "./typescript-source.js";

const CREATE = "paths/video-generation.yaml";
/** An extension that tables are made of; `where` is the file that must have it. */
function needed(node: Json, key: string, where: string): Json {
  if (node?.[key] === undefined) throw new Refusal(`${where} has no ${key}, from which a table is generated.`);
  return node[key];
}

/** What a refusal means. */
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

/** What a refusal is about, and thus who can do something about it. */
export type ErrorKind = ${unionOf(kinds)};
/** What is documented about a code of the service, in our own words. */
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
/** \`status\` is the HTTP status that the type comes with. */
export interface ErrorTypeRow extends StatusCodeRow { status: number }

/** \`tasksInFlight\`: queued or running at the same time. */
export interface RateLimitRow { version: 1 | 2; region: Region; createsPerMinute: number; tasksInFlight?: number }

/** \`base_resp.status_code\` by number, except 0, which means success (schemas/StatusCode.yaml). */
export const statusCodes: Record<number, StatusCodeRow> = ${print(Object.fromEntries(codes.map(({ code, words: _, said: __, ...row }: Json) => [code, row])))};
/** \`error.type\` of V2 (schemas/OaiErrorType.yaml); the code in brackets at the end of its message says more. */
export const errorTypes: Record<string, ErrorTypeRow> = ${print(Object.fromEntries(types.map(({ type, ...row }) => [type, row])))};
/** How gateways and other APIs spell a refusal in a code or a type, and the code of \`statusCodes\` that says the same. */
export const errorWords: Record<string, number> = ${print(Object.fromEntries(words))};
/** What a refusal without a known code or type says in its message, and the code that says the same. */
export const errorPhrases: [RegExp, number][] = [
${said.join("")}];
/** What an account may do in a region, with the creates of a version of the API (\`x-rate-limits\` of each). */
export const rateLimits: RateLimitRow[] = ${print(limits)};
`;
}

/** Where requests can go: a separate file, because it is loaded before any answer is read. */
export function serverTable(documents: Record<string, Document>): string {
  const servers = Object.entries(documents).flatMap(([spec, { servers }]) =>
    servers.map((server) => {
      const { name, ...row } = needed(server, "x-server", `The server ${server.url} of ${spec}`);
      // A server variable stands for a host that is not published: the user has to give it.
      return [name, { baseUrl: server.variables ? undefined : server.url, spec, ...row }] as const;
    }),
  );
  const segments = Object.values(documents).flatMap(({ paths }) => Object.keys(paths).map((path) => path.split("/")));
  // "/v1", "/v1/files" and "/v1/files/list".
  const paths = segments.flatMap((all) => all.slice(1).map((_, index) => all.slice(0, index + 2).join("/")));
  const operationPath = [...new Set(paths)].join("|").replaceAll("/", "\\/").replace(/{\w+}/g, "[^/]+");
  return `
/** The name of an OpenAPI document of this package: that of MiniMax, or that of a gateway. */
export type SpecName = ${unionOf(Object.keys(documents))};
/** The name of a documented server, for the option \`server\` and the variable MINIMAX_SERVER. */
export type ServerName = ${unionOf(servers.map(([name]) => name))};
/** The region of a server. It decides which keys are good, the currency, and the limits of an account. */
export type Region = "china" | "global";
/** A documented server. */
export interface ServerRow {
  /** The address that the paths of operations follow. Absent if the host is not published. */
  baseUrl?: string;
  /** The OpenAPI document that requests to it are validated against. */
  spec: SpecName;
  /** Where its accounts are. */
  region: Region;
  /** Whether a third party runs it and passes requests on. */
  gateway?: boolean;
  /** Domains of its owner. Their other hosts do not serve this API. */
  domains?: string[];
}

/** Every documented server by name. One without a baseUrl has no published host. */
export const servers: Record<ServerName, ServerRow> = ${print(Object.fromEntries(servers))};

/** The end of a URL that is the path of an operation or its beginning, such as /v1 and /v1/query. */
export const operationPath = /(?:${operationPath})\\/*$/i;
`;
}

/** What only the check of a request needs: the matrix, prices, templates, limits, words. */
export function offers(minimax: Document, documents: Record<string, Document>): string {
  const { schemas } = minimax.components;
  const create = minimax.paths["/v1/video_generation"].post;
  const camera = needed(create, "x-camera-commands", CREATE);
  const unlisted = Object.entries(documents).map(([spec, document]) => {
    const modes = MODES.filter((name) => document.components.schemas[name]);
    const properties = modes.flatMap((name) => Object.entries(mergedParts(document, name).properties));
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
  return `
import type { Region, SpecName } from "./servers.js";

/** A template of the vendor that is known to exist. No endpoint lists them. */
export interface TemplateRow {
  /** The id for a request, a decimal string. */
  template_id: string;
  /** What the vendor calls it. */
  name: string;
  /** Where it is served. */
  regions: Region[];
  /** The inputs that a request must have, in this order. */
  inputs: ("media" | "text")[];
  /** Whether the vendor's page lists it, or only third-party code that cites the page. */
  source: "docs" | "code";
  /** List price of a video in US dollars, for the region "global". Absent if it is not known. */
  price?: number;
}
/** The list prices of a region at a date. What an account actually pays depends on its plan. */
export interface PriceList {
  /** The region whose accounts pay these prices. */
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
  /** The default duration, in seconds. Absent if a request must name one. */
  duration?: number;
  /** The default resolution. Absent if a request must name one. */
  resolution?: string;
  /** Each legal duration in seconds, with the resolutions that go with it. */
  accepts: [duration: number, resolutions: string[]][];
}
/** What no schema can judge, each where it is documented; all figures are inclusive. */
export interface MediaLimits {
  /** Of the file, or of the whole body. */
  maxBytes?: number;
  formats?: string[];
  videoCodecs?: string[];
  audioCodecs?: string[];
  /** Pixels, of either side. */
  minSide?: number;
  maxSide?: number;
  /** What both sides must be divisible by. */
  sideStep?: number;
  /** Width × height. */
  minArea?: number;
  maxArea?: number;
  /** Width / height. Between the outer and the inner figures, sources disagree. */
  minAspect?: number;
  maxAspect?: number;
  sureMinAspect?: number;
  sureMaxAspect?: number;
  minSeconds?: number;
  maxSeconds?: number;
  /** Of all files of the kind in a request together, at most. */
  totalSeconds?: number;
  minFrameRate?: number;
  maxFrameRate?: number;
  minFrames?: number;
  maxFrames?: number;
  /** minFrames, and so many more any number of times. */
  frameStep?: number;
  /** Whether there must be an audio track. */
  sound?: boolean;
}

/** Templates that the vendor's pages list (schemas/TemplateId.yaml). */
export const templates: TemplateRow[] = ${print(needed(schemas.TemplateId, "x-templates", "schemas/TemplateId.yaml"))};
/** List prices of one video (paths/video-generation.yaml). */
export const prices: PriceList[] = ${print(needed(create, "x-prices", CREATE))};
/** What a prompt may say in square brackets, in both languages (paths/video-generation.yaml). */
export const cameraCommands: { english: string; chinese: string }[] = ${print(camera.commands)};
/** Models that the vendor's newest list lacks. */
export const olderModels: string[] = ${JSON.stringify(needed(create, "x-older-models", CREATE))};
/** The models that take camera commands. */
export const cameraModels: string[] = ${JSON.stringify(camera.models)};
/** What an image must be, by the schema that takes it (the \`x-limits\` in it). */
export const imageLimits: { ImageInput: MediaLimits & { maxBytes: number } } = ${print({ ImageInput: schemas.ImageInput["x-limits"] })};
/** Fields of the official API that the spec takes though the server's own page does not list them (\`x-unlisted\`). */
export const unlisted: Record<SpecName, string[]> = ${print(Object.fromEntries(unlisted))};
/** What each request schema takes, for "did you mean". */
export const fields: Record<string, string[]> = ${print(Object.fromEntries(fields))};
/** The values that a field of a request schema takes, if they are a few. */
export const choices: Record<string, Record<string, (string | number)[]>> = ${print(Object.fromEntries(choices))};
/** Fields by the names that this or another API has for them, squeezed: in lower case, letters and digits alone. */
export const otherNames: Record<string, string> = ${print(Object.fromEntries(meant))};
/** What to do about a field of other APIs that this one has not, by its squeezed name. */
export const noSuchFields: Record<string, string> = ${print(Object.fromEntries(absent))};
/** What a \`pattern\` wants, in words that follow "must" (the \`x-expects\` beside it). */
export const expects: Record<string, string> = ${print(Object.fromEntries(patterns))};
/** The request matrix of V1: spec, mode, model. */
export const cells: Record<SpecName, Record<string, Record<string, Cells>>> = ${print(Object.fromEntries(cells))};
`;
}

/**
 * A request for a video as one JSON Schema without alternatives, for programs that let a model fill it in (MCP): every field of every
 * mode with its sentence, its type and the values that any mode lists. Which go together, the check tells.
 */
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
/** A request for a video with the fields of API v1, whatever its mode and model. */
export const requestSchema = ${JSON.stringify(schema, (key, value) => (isRead(key) ? value : undefined))} as const;
`;
}

/** The same for V2, in a separate file that only its users load. */
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

/** What it costs by the second. What is missing has no documented price; sounds are free. Frames count as images. */
export interface SecondPrice {
  model: string;
  resolution: string;
  /** Of the finished video. */
  second: number;
  /** Of a reference video. */
  referenceVideoSecond?: number;
  /** Of each image beyond the free ones; as another source reads it, \`leastImage\`. */
  image?: number;
  leastImage?: number;
  freeImages?: number;
  /** "mixed": a third party's figures stand among the vendor's; "third party": none is the vendor's. */
  source: "docs" | "mixed" | "third party";
}
/** What a million tokens cost. */
export interface TokenPrice { model: string; millionInputTokens: number; millionOutputTokens: number; source: "docs" | "mixed" }
interface ListFacts { region: Region; currency: string; date: string; source: string }
export type PriceListV2 = ListFacts & ({ task_type: "generation" | "regeneration"; rows: SecondPrice[] } | { task_type: "h3_context_ir"; rows: TokenPrice[] });

/** List prices by the second and by the token (paths/v2-*.yaml). */
export const pricesV2: PriceListV2[] = ${print(prices)};
/** What media and bodies must be, by the schema (the \`x-limits\` in it). */
export const limitsV2: Record<${unionOf(Object.keys(limits))}, MediaLimits> = ${print(limits)};
/** For how many days an upload can be used, a task be queried, and the source of a regeneration be named. */
export const lifetimeDays: Record<${unionOf(Object.keys(lifetimes))}, number> = ${print(lifetimes)};
/** What a counting rule wants, in words, by the \`schemaPath\` of its error (the \`x-expects\` beside it). */
export const expectsV2: Record<RequestNameV2, Record<string, string>> = ${print(Object.fromEntries(expected))};
/** Models, or one size of a model, that only others document: usable when named, never a default (paths/v2-video-generation.yaml). */
export const unconfirmed: { model: string; resolution?: string; source: string }[] = ${print(minimax.paths["/v2/video_generation"].post["x-unconfirmed"])};
/** The request matrix of V2: mode, model. */
export const cellsV2: Record<${unionOf(MODES_V2)}, Record<string, Cells>> = ${print(cellsOf(minimax, MODES_V2))};
`;
}
