/** A MiniMax: who may ask, what is refused, and which operation answers. */
import { randomBytes, randomInt } from "node:crypto";
import { isRecord } from "../base/record.js";
import { serveCreate } from "./create-tasks.js";
import { serveContent, serveFile, serveFileDeletion, serveFileList, serveUpload } from "./file-operations.js";
import { followLink } from "./follow-link.js";
import { faultInForm } from "./form-parts.js";
import { exampleReply, invalidParams, type MockReply, unknownScenarios } from "./mock-reply.js";
import { idIn, isPathOfV2, type MockRequest, promptOf } from "./mock-request.js";
import type { MockCall, MockState } from "./mock-state.js";
import { idSource } from "./mock-tasks.js";
import {
  FAULT_HEADER,
  faultsInHeader,
  faultsInKey,
  faultsInPrompt,
  mergeFaults,
  refusalOfKey,
} from "./parse-scenarios.js";
import { playScenario } from "./play-scenario.js";
import type { PrismEngine, PrismRefusal, PrismRequest } from "./prism-engine.js";
import { serveQueryV1, serveQueryV2, serveTaskList, serveTaskRemoval } from "./query-tasks.js";
import { refusalReply } from "./refusal-words.js";
import type { Operation } from "./scenarios.js";
import { linkSigner } from "./signed-links.js";
import { callbackSender } from "./task-callbacks.js";

/** A MiniMax that remembers its tasks and files. */
export interface MockService {
  /** Ids of the accepted creates, in order: what MiniMax would charge for. */
  readonly taskIds: readonly string[];
  /** The reply to any request but a download. `origin` is where its sender reached the mock. */
  reply(request: MockRequest, origin: string): Promise<MockReply>;
  /** The reply to a request for a link. */
  download(url: URL, request: PrismRequest): Promise<MockReply>;
  close(): void;
}

/** A MiniMax without tasks and files. With `strict`, it answers an invalid request as Prism does. */
export function createService({
  strict,
  ...settings
}: Pick<MockState, "engine" | "speed" | "now"> & { strict: boolean }): MockService {
  const state: MockState = {
    ...settings,
    newId: idSource(randomInt(1e14, 3e14)),
    links: linkSigner(randomBytes(32).toString("hex")),
    callbacks: callbackSender(),
    accepted: [],
    tasks: new Map(),
    files: new Map(),
    attempts: new Map(),
  };
  return {
    get taskIds() {
      return [...state.accepted];
    },
    reply: (request, origin) => judgeRequest(state, request, { origin, strict }),
    download: (url, request) => followLink(state, url, request),
    close: () => state.callbacks.close(),
  };
}

/** Refuses a request that Prism finds invalid or whose key is not accepted, and carries out any other. */
async function judgeRequest(
  state: MockState,
  request: MockRequest,
  { origin, strict }: { origin: string; strict: boolean },
): Promise<MockReply> {
  const { engine } = state;
  const refusal = await engine.check(request, { security: strict });
  if (refusal && (strict || refusal.status === 404 || refusal.status === 405)) return refuseAsPrism(refusal, request);

  const key = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (key === undefined) return { ...exampleReply(engine, request, "unauthorised"), note: "no key" };
  const refusedKey = refusalOfKey(key);
  if (refusedKey?.example) return { ...exampleReply(engine, request, refusedKey.example), note: refusedKey.name };
  if (refusal) return refuseAsMiniMax(engine, refusal, request);
  const formFault = request.form && faultInForm(request.form);
  if (formFault !== undefined) return invalidParams(engine, request, formFault);
  // As with Prism, a caller may choose a documented reply. It creates nothing.
  const { prefer = "" } = request.headers;
  const preferred = /(?:^|,)\s*example=([\w-]+)/.exec(prefer)?.[1];
  const code = Number(/(?:^|,)\s*code=(\d+)/.exec(prefer)?.[1]) || undefined;
  if (preferred) return { ...exampleReply(engine, request, preferred, code), note: `example ${preferred}` };
  return carryOut(state, request, { key, origin });
}

/** Refuses as MiniMax does; if the spec declares no such reply, as Prism does. */
function refuseAsMiniMax(
  engine: PrismEngine,
  refusal: PrismRefusal,
  request: MockRequest,
): MockReply | Promise<MockReply> {
  if (request.malformed) return invalidParams(engine, request, `the body is not ${request.malformed}`);
  const isDeclared = isPathOfV2(request.path) || refusal.status === 422 || !("title" in refusal.problem);
  return isDeclared ? refusalReply(engine, request, refusal.violations) : refuseAsPrism(refusal, request);
}

function refuseAsPrism({ problem, status, headers, violations }: PrismRefusal, { malformed }: MockRequest): MockReply {
  // Prism's own server parses the body before it validates, and replies like this.
  if (malformed === "JSON" && status === 422) return { problem: { error: { code: "invalid_json" } }, status: 400 };
  return { problem, status, headers, note: violations[0]?.code ?? "refused" };
}

type CarryOut = (state: MockState, call: MockCall) => Promise<MockReply>;

/** The operations of the spec. */
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

/** Carries out a valid request, and plays the scenarios that its header, key or prompt requests. */
function carryOut(
  state: MockState,
  request: MockRequest,
  { key, origin }: { key: string; origin: string },
): MockReply | Promise<MockReply> {
  const { method, path } = request;
  const found = OPERATIONS[`${method} ${path.replace(/\d+$/, "{task_id}")}`];
  if (!found) throw new Error(`The mock does not implement ${method} ${path}, which is in the spec.`);
  const [operation, run] = found;
  const { unknown, ...context } = contextOf(state, operation, request, key);
  if (unknown.length > 0) return invalidParams(state.engine, request, unknownScenarios(unknown));
  const call: MockCall = { ...request, ...context, operation, key, origin };
  return playScenario(state, call, () => run(state, call));
}

/** What a request concerns, and the scenarios requested for it: by header, key or prompt, or by the create of its task. */
function contextOf({ tasks, files }: MockState, operation: Operation, request: MockRequest, key: string) {
  const { headers, body } = request;
  const id = idIn(request);
  const create = operation === "create" && isRecord(body) ? body : {};
  const prompt = promptOf(create);
  const [task, file] = [tasks.get(id), files.get(id)];
  const earlier = { faults: (task ?? file)?.faults ?? [], unknown: [] };
  // A regeneration that names its source has no prompt.
  const subject = prompt || String(create.source_task_id ?? "") || task?.taskId || file?.subject || id;
  const parsed = mergeFaults(faultsInHeader(headers[FAULT_HEADER]), faultsInKey(key), faultsInPrompt(prompt), earlier);
  return { id, subject, ...parsed };
}
