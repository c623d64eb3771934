/** The operations of the mock, and what every request goes through before one of them answers. */
import { isRecord } from "../base/record.js";
import { serveCreate } from "./create-tasks.js";
import { serveContent, serveFile, serveFileDeletion, serveFileList, serveUpload } from "./file-operations.js";
import { exampleReply, invalidParams, type MockReply } from "./mock-reply.js";
import { idIn, isPathOfV2, type MockRequest, promptOf } from "./mock-request.js";
import type { MockCall, MockState } from "./mock-state.js";
import { faultsInHeader, faultsInKey, faultsInPrompt, mergeFaults, refusalOfKey } from "./parse-scenarios.js";
import { playScenario } from "./play-scenarios.js";
import type { PrismRefusal } from "./prism-engine.js";
import { serveQueryV1, serveQueryV2, serveTaskList, serveTaskRemoval } from "./query-tasks.js";
import { refusalReply } from "./refusal-words.js";
import type { Operation } from "./scenarios.js";

type CarryOut = (state: MockState, call: MockCall) => Promise<MockReply>;

/** The operations of the spec: what scenarios call them, and who carries them out. A new one needs a row here. */
const OPERATIONS: Record<string, [Operation, CarryOut]> = {
  "post /v1/video_generation": ["create", (state, call) => serveCreate(state, call, "video")],
  "get /v1/query/video_generation": ["query", (state, call) => serveQueryV1(state, call, "video")],
  "post /v1/video_template_generation": ["create", (state, call) => serveCreate(state, call, "template")],
  "get /v1/query/video_template_generation": ["query", (state, call) => serveQueryV1(state, call, "template")],
  "post /v1/files/upload": ["upload", serveUpload],
  "get /v1/files/list": ["list", serveFileList],
  "get /v1/files/retrieve": ["retrieve", serveFile],
  "get /v1/files/retrieve_content": ["content", serveContent],
  "post /v1/files/delete": ["delete", serveFileDeletion],
  "post /v2/video_generation": ["create", (state, call) => serveCreate(state, call, "generation")],
  "post /v2/h3_context_ir": ["create", (state, call) => serveCreate(state, call, "h3_context_ir")],
  "post /v2/video_regeneration": ["create", (state, call) => serveCreate(state, call, "regeneration")],
  "get /v2/query/video_generation": ["list", serveTaskList],
  "get /v2/query/video_generation/{task_id}": ["query", serveQueryV2],
  "delete /v2/video_generation/{task_id}": ["delete", serveTaskRemoval],
};

/** The reply to any request but a download: refuses it if it is invalid or its key is not accepted, else carries it out. */
export async function answer(state: MockState, request: MockRequest, origin: string): Promise<MockReply> {
  const { engine, strict } = state;
  const refusal = await engine.check(request, { security: strict });
  if (refusal && (strict || refusal.status === 404 || refusal.status === 405)) return refuseAsPrism(refusal, request);

  const key = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (key === undefined) return exampleReply(engine, request, "unauthorised", { note: "no key" });
  const refusedKey = refusalOfKey(key);
  if (refusedKey?.example) return exampleReply(engine, request, refusedKey.example, { note: refusedKey.name });
  if (refusal) return refuseAsMiniMax(state, refusal, request);
  // As with Prism, a caller may choose a documented reply. It creates nothing.
  const { prefer = "" } = request.headers;
  const preferred = /(?:^|,)\s*example=([\w-]+)/.exec(prefer)?.[1];
  const status = Number(/(?:^|,)\s*code=(\d+)/.exec(prefer)?.[1]) || undefined;
  if (preferred) return exampleReply(engine, request, preferred, { status, note: `example ${preferred}` });
  return carryOut(state, request, { key, origin });
}

/** Refuses as MiniMax does; if the spec declares no such reply, as Prism does. */
async function refuseAsMiniMax({ engine }: MockState, refusal: PrismRefusal, request: MockRequest): Promise<MockReply> {
  if (request.malformed) return invalidParams(engine, request, `the body is not ${request.malformed}`);
  const isDeclared = isPathOfV2(request.path) || refusal.status === 422 || !("title" in refusal.problem);
  return isDeclared ? refusalReply(engine, request, refusal.violations) : refuseAsPrism(refusal, request);
}

function refuseAsPrism({ problem, status, headers, violations }: PrismRefusal, { malformed }: MockRequest): MockReply {
  // Prism's own server parses the body before it validates, and replies like this.
  if (malformed === "JSON" && status === 422) return { json: { error: { code: "invalid_json" } }, status: 400 };
  return { json: problem, status, headers, note: violations[0]?.code ?? "refused" };
}

/** Carries out a valid request, and plays the scenarios that its header, key or prompt, or the create of its task requests. */
async function carryOut(
  state: MockState,
  request: MockRequest,
  { key, origin }: { key: string; origin: string },
): Promise<MockReply> {
  const { method, path, headers, body } = request;
  const found = OPERATIONS[`${method} ${path.replace(/\d+$/, "{task_id}")}`];
  if (!found) throw new Error(`The mock does not implement ${method} ${path}, which is in the spec.`);
  const [operation, run] = found;
  const id = idIn(request);
  const create = operation === "create" && isRecord(body) ? body : {};
  const prompt = promptOf(create);
  const [task, file] = [state.tasks.get(id), state.files.get(id)];
  const earlier = { faults: (task ?? file)?.faults ?? [], problems: [] };
  const asked = mergeFaults(faultsInHeader(headers), faultsInKey(key), faultsInPrompt(prompt), earlier);
  if (asked.problems.length > 0) return invalidParams(state.engine, request, asked.problems.join("; "));
  // A regeneration that names its source has no prompt.
  const subject = prompt || String(create.source_task_id ?? "") || task?.taskId || file?.subject || id;
  const call = { ...request, operation, key, origin, id, subject, faults: asked.faults };
  return playScenario(state, call, () => run(state, call));
}
