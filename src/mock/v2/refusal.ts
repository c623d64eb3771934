/** An invalid request of V2 in MiniMax's manner: in words seen live where there are any, else by the rule that was broken. */
import { cellsV2 } from "../../generated/offers-v2.js";
import type { RequestNameV2 } from "../../generated/validators.js";
import type { EngineRequest } from "../engine.js";
import type { Violation } from "../refused.js";
import { isObject, itemsOf, type JsonObject } from "../request.js";
import { type Answer, example, invalid, type World } from "../world.js";
import { brokenRule } from "./rule.js";

type Refusing = Pick<World, "engine">;

/** The refusal of a request of V2 in which Prism found something. */
export async function refusalOf(world: Refusing, request: EngineRequest, violations: Violation[]): Promise<Answer> {
  const { path, body } = request;
  const named = (name: string): Answer => ({ ...example(world, request, name), note: "invalid" });
  const [first] = violations;
  if (first?.code === "415") return invalid(world, request, "content-type: must be application/json");
  if (first?.location[0] === "path") return named("invalidTaskId");
  if (first?.location[0] === "query") return invalid(world, request, wordsOf(first));
  if (!isObject(body)) return invalid(world, request, "the body must be a JSON object");
  const seen = seenLive(body, path);
  return seen === "unknownModel" ? unsupported(named(seen), path) : seen ? named(seen) : byRule(world, request, body);
}

/** Query parameters, of which there is one schema each: Prism tells all that there is to tell. */
function wordsOf({ location, message }: Violation): string {
  return `${location.slice(1).join(".")}: ${message.replace(/^.*? must /, "must ")}`;
}

/** The example whose words were seen on the service for this mistake. */
function seenLive({ model, content, source_task_id }: JsonObject, path: string): string | undefined {
  if (model === undefined || source_task_id !== undefined) return undefined;
  const needsContent = path !== "/v2/video_regeneration";
  if (content === undefined) return needsContent ? "withoutContent" : undefined;
  const models = path === "/v2/video_generation" ? Object.keys(cellsV2.TextToVideoV2) : ["MiniMax-H3"];
  if (!models.includes(String(model))) return "unknownModel";
  const texts = itemsOf({ content }).filter(({ type, text }) => type === "text" && text !== "");
  return Array.isArray(content) && texts.length === 0 ? "withoutText" : undefined;
}

/** The words seen live name the path of the create. */
function unsupported(answer: Answer, path: string): Answer {
  if (!("json" in answer) || !isObject(answer.json.error)) return answer;
  const message = String(answer.json.error.message).replace("/v2/video_generation", path);
  return { ...answer, json: { ...answer.json, error: { ...answer.json.error, message } } };
}

/** By the rule of the mode that is meant: Prism tells what is wrong in all modes at once. */
async function byRule(world: Refusing, request: EngineRequest, body: JsonObject): Promise<Answer> {
  const mode = modeOf(body, request.path);
  if (mode === undefined) return invalid(world, request, "exactly one of source_task_id and content must be given");
  if (mode === "mixed") return invalid(world, request, "content: frames and references exclude each other");
  const stranger = itemsOf(body).find(({ type }) => !TYPES.includes(String(type)));
  if (stranger) return invalid(world, request, `content: the type of each item must be one of ${TYPES.join(", ")}`);
  return invalid(world, request, (await brokenRule(mode, body)) ?? "the body is none of the documented ones");
}

const TYPES = ["text", "image_url", "video_url", "audio_url"];

/** The mode that a body is meant for, judged by what is in its content. */
function modeOf(body: JsonObject, path: string): RequestNameV2 | "mixed" | undefined {
  const { source_task_id, content } = body;
  if (path === "/v2/video_regeneration") {
    if ((source_task_id === undefined) === (content === undefined)) return undefined;
    return content === undefined ? "VideoRegenerationSourceTaskReq" : "VideoRegenerationBaseVideoReq";
  }
  const media = itemsOf(body).filter(({ type }) => type !== "text");
  const references = media.filter(({ type, role }) => type !== "image_url" || /^reference/.test(String(role)));
  if (references.length > 0 && media.some(({ role }) => /_frame$/.test(String(role)))) return "mixed";
  const scene = references.length > 0 ? "References" : media.length > 0 ? "Frames" : "Text";
  return path === "/v2/h3_context_ir" ? `${scene}ToPrompt` : `${scene}ToVideoV2`;
}
