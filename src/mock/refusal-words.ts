/**
 * How MiniMax answers a request that Prism has refused: in words that the service was seen to use, if any are known; otherwise in
 * those of the client's check, for the mode that the request is meant for.
 */
import { isRecord } from "../base/record.js";
import { serverFrom } from "../base/server.js";
import { issuesOf } from "../check/schema-issues.js";
import { cellsV2 } from "../generated/content-offers.js";
import { type Cells, cells } from "../generated/offers.js";
import { validatorsFiles } from "../generated/validators-files.js";
import { kinds } from "../kinds/kinds.js";
import { videoModeOf } from "../kinds/mode.js";
import { exampleReply, invalidParams, type MockReply } from "./mock-reply.js";
import { itemsIn, type JsonObject } from "./mock-request.js";
import type { Exchange } from "./mock-state.js";
import type { Violation } from "./prism-engine.js";

/** The reply to a request that Prism has refused. */
export async function refusalReply(exchange: Exchange, [first]: readonly Violation[]): Promise<MockReply> {
  const { path, isV2, form } = exchange;
  const place = first?.location[0];
  if (isV2 && place === "path") return exampleReply(exchange, "invalidTaskId");
  if (first && (first.code === "415" || place === "query")) return invalidParams(exchange, violationWords(first));
  // A file is an empty text, as in the client's check.
  const fields = form && [...form].map(([name, value]) => [name, typeof value === "string" ? value : ""]);
  const body = fields ? Object.fromEntries(fields) : exchange.body;
  if (!isRecord(body)) return invalidParams(exchange, `the body must be a ${path === UPLOAD ? "form" : "JSON object"}`);
  const seen = isV2 ? seenOnV2(exchange, body) : seenOnV1(exchange, body);
  return seen ?? invalidParams(exchange, await checkWords(exchange, body));
}

const UPLOAD = "/v1/files/upload";
const SERVER = serverFrom("global");

/** Prism's words for the media type and for parameters. Each parameter has one schema, so the first violation is enough. */
function violationWords({ code, location, message }: Violation): string {
  if (code === "415") return `content-type: must be ${message.replace(/^.*: /, "")}`;
  const rule = message.indexOf(" must ");
  return `${location.slice(1).join(".") || location[0]}: ${rule < 0 ? message : message.slice(rule + 1)}`;
}

/** One issue of the client's check: a missing field if there is one, as with the service, or else the most specific. */
async function checkWords({ path, isV2 }: Exchange, body: JsonObject): Promise<string> {
  const kind = Object.values(kinds).find(({ create }) => create.path === path);
  const rules = await kind?.rules();
  const modeOfFiles = path === UPLOAD ? "UploadFileReq" : "DeleteFileReq";
  const mode = rules?.modeOf(body, SERVER) ?? modeOfFiles;
  const validate = rules ? await rules.validatorOf(mode, SERVER) : validatorsFiles[modeOfFiles];
  const wording = rules?.wording?.(mode, { body }, SERVER) ?? {};
  validate?.(body);
  const issues = issuesOf(validate?.errors ?? [], body, mode, wording);
  const missing = issues.find(({ rule }) => rule === "required");
  // What V2 says about a missing field, with the path in its own notation.
  if (missing && isV2)
    return `binding: expr_path=${missing.path.replace(/\[(\d+)\]/g, ".$1")}, cause=missing required parameter`;
  const issue = missing ?? issues.find(({ path }) => path.includes("[")) ?? issues[0];
  if (!issue) return "the body is not a documented one";
  return issue.path ? `${issue.path}: ${issue.message}` : issue.message;
}

/** What V1 was seen to say about models, resolutions and durations. */
function seenOnV1(exchange: Exchange, body: JsonObject): MockReply | undefined {
  if (exchange.path !== "/v1/video_generation") return undefined;
  const { model, prompt = "" } = body;
  const isText = ["first_frame_image", "last_frame_image", "subject_reference"].every((field) => !(field in body));
  if (isText && model === "MiniMax-Hailuo-2.3-Fast") return exampleReply(exchange, "fastWithoutFrame");
  if (isText && prompt === "") return exampleReply(exchange, "emptyPrompt");
  const offer = cells.minimax[videoModeOf(body)]?.[String(model)];
  const words = offer && outsideOffer(body, offer);
  return words === undefined ? undefined : invalidParams(exchange, words);
}

/** Why a model does not accept a resolution, or a documented duration at this resolution; undefined if it does. */
function outsideOffer({ model, ...body }: JsonObject, offer: Cells): string | undefined {
  if (offer.accepts.length === 0) return undefined;
  const resolution = String(body.resolution ?? offer.resolution);
  const supported = [...new Set(offer.accepts.flatMap(([, resolutions]) => resolutions))];
  if (!supported.includes(resolution))
    return `model ${model} does not support resolution ${resolution}, supported resolutions: ${supported.join(", ")}`;
  const duration = body.duration ?? offer.duration;
  const isAccepted = offer.accepts.some(([seconds, sizes]) => seconds === duration && sizes.includes(resolution));
  if (isAccepted || (duration !== 6 && duration !== 10)) return undefined;
  return `model ${model} does not support the combination of duration ${duration}s and resolution ${resolution}`;
}

/** What V2 was seen to say about models and texts. */
function seenOnV2(exchange: Exchange, body: JsonObject): MockReply | undefined {
  const { path } = exchange;
  const { model, content, source_task_id } = body;
  if (model === undefined || content === undefined || source_task_id !== undefined) return undefined;
  const models = path === "/v2/video_generation" ? Object.keys(cellsV2.TextToVideoV2) : ["MiniMax-H3"];
  if (!models.includes(String(model))) return invalidParams(exchange, `该模型暂不支持 ${path}`);
  const texts = itemsIn(body).filter(({ type, text }) => type === "text" && text !== "");
  return Array.isArray(content) && texts.length === 0 ? exampleReply(exchange, "withoutText") : undefined;
}
