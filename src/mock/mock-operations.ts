/** The operations of the mock, and what every request goes through before one of them answers. */
import { isRecord } from "../base/record.js";
import { serveCreate } from "./create-tasks.js";
import { followLink, linkedFileId } from "./download-links.js";
import { serveContent, serveFile, serveFileDeletion, serveFileList, serveUpload } from "./file-operations.js";
import { byteReply, exampleReply, invalidParams, jsonReply, type MockReply, newTraceId } from "./mock-reply.js";
import { idIn, promptOf } from "./mock-request.js";
import type { Exchange, MockCall } from "./mock-state.js";
import { refusalOfKey, requestedFaults } from "./parse-scenarios.js";
import { type CarryOut, playScenario } from "./play-scenarios.js";
import type { PrismRefusal } from "./prism-engine.js";
import { serveQuery, serveTaskList, serveTaskRemoval } from "./query-tasks.js";
import { refusalReply } from "./refusal-words.js";
import type { Operation } from "./scenarios.js";

/** The operations of the spec: the name of each in scenarios, and what carries it out. A new one needs a row here. */
const OPERATIONS: Record<string, [Operation, CarryOut]> = {
  "post /v1/video_generation": ["create", (call) => serveCreate(call, "video")],
  "get /v1/query/video_generation": ["query", (call) => serveQuery(call, "video")],
  "post /v1/video_template_generation": ["create", (call) => serveCreate(call, "template")],
  "get /v1/query/video_template_generation": ["query", (call) => serveQuery(call, "template")],
  "post /v1/files/upload": ["upload", serveUpload],
  "get /v1/files/list": ["list", serveFileList],
  "get /v1/files/retrieve": ["retrieve", serveFile],
  "get /v1/files/retrieve_content": ["content", serveContent],
  "post /v1/files/delete": ["delete", serveFileDeletion],
  "post /v2/video_generation": ["create", (call) => serveCreate(call, "generation")],
  "post /v2/h3_context_ir": ["create", (call) => serveCreate(call, "h3_context_ir")],
  "post /v2/video_regeneration": ["create", (call) => serveCreate(call, "regeneration")],
  "get /v2/query/video_generation": ["list", serveTaskList],
  "get /v2/query/video_generation/{task_id}": ["query", (call) => serveQuery(call)],
  "delete /v2/video_generation/{task_id}": ["delete", serveTaskRemoval],
  "get /account/query_balance": ["list", (call) => serveAccount(call, "sk-cp-")],
  "get /v1/token_plan/remains": ["list", (call) => serveAccount(call, "sk-api-")],
};

/** What the account of a key has left. Keys of the other kind are refused. */
function serveAccount(call: MockCall, other: string): MockReply {
  return exampleReply(call, call.key.startsWith(other) ? "invalidKey" : "success");
}

/** The reply to any request. */
export async function answer(exchange: Exchange): Promise<MockReply> {
  // Links lead to an object store, which sends no trace-id.
  const linked = linkedFileId(exchange.path);
  if (linked) return followLink(exchange, linked);
  const reply = await answerOperation(exchange);
  return { ...reply, headers: { ...reply.headers, "trace-id": newTraceId() } };
}

/** Refuses a request if it is invalid or its key is not accepted, else carries it out. */
async function answerOperation(exchange: Exchange): Promise<MockReply> {
  const { engine, strict } = exchange.mock;
  const refusal = await engine.check(exchange, strict);
  if (refusal && (strict || refusal.status === 404 || refusal.status === 405)) return refuseAsPrism(exchange, refusal);

  const key = /^Bearer +(\S+)$/i.exec(exchange.headers.authorization ?? "")?.[1];
  if (key === undefined) return exampleReply(exchange, "unauthorised");
  const refusedKey = refusalOfKey(key);
  if (refusedKey?.example) return exampleReply(exchange, refusedKey.example, { note: refusedKey.name });
  if (refusal) return refuseAsMiniMax(exchange, refusal);
  return preferredReply(exchange) ?? carryOut(exchange, key);
}

/** As with Prism, a caller may choose a documented reply. It creates nothing. */
function preferredReply(exchange: Exchange): MockReply | undefined {
  const { prefer = "" } = exchange.headers;
  const name = /(?:^|,)\s*example=([\w-]+)/.exec(prefer)?.[1];
  const status = Number(/(?:^|,)\s*code=(\d+)/.exec(prefer)?.[1]) || undefined;
  if (name === undefined) return undefined;
  const names = exchange.mock.engine.examples(exchange, status).map((one) => one.name);
  if (names.includes(name)) return exampleReply(exchange, name, { status });
  const reason = `There is no example "${name}" here; the examples are ${names.join(", ") || "none"}.\n`;
  return byteReply("text/plain", reason, { status: 400, note: "invalid" });
}

/** Refuses as MiniMax does; if the spec declares no such reply, as Prism does. */
async function refuseAsMiniMax(exchange: Exchange, refusal: PrismRefusal): Promise<MockReply> {
  const { malformed, isV2 } = exchange;
  if (malformed) return invalidParams(exchange, `the body is not ${malformed}`);
  const isDeclared = isV2 || refusal.status === 422 || !("title" in refusal.problem);
  return isDeclared ? refusalReply(exchange, refusal.violations) : refuseAsPrism(exchange, refusal);
}

function refuseAsPrism({ malformed }: Exchange, { problem, status, headers, violations }: PrismRefusal): MockReply {
  // Prism's own server parses the body before it validates, and replies like this.
  if (malformed === "JSON" && status === 422) return jsonReply({ error: { code: "invalid_json" } }, { status: 400 });
  return jsonReply(problem, { status, headers, note: violations[0]?.code ?? "refused" });
}

/** Carries out a valid request, and plays the scenarios that its header, key or prompt, or the create of its task requests. */
async function carryOut(exchange: Exchange, key: string): Promise<MockReply> {
  const { method, path, headers, body, mock } = exchange;
  const found = OPERATIONS[`${method} ${path.replace(/\d+$/, "{task_id}")}`];
  if (!found) throw new Error(`The mock does not implement ${method} ${path}, which is in the spec.`);
  const [operation, run] = found;
  const id = idIn(exchange);
  const create = operation === "create" && isRecord(body) ? body : {};
  const prompt = promptOf(create);
  const task = mock.tasks.get(id) ?? mock.files.get(id)?.task;
  const { faults, problem } = requestedFaults({ headers, key, prompt, earlier: task?.faults });
  if (problem) return invalidParams(exchange, problem);
  // A regeneration that names its source has no prompt.
  const subject = prompt || String(create.source_task_id ?? "") || task?.taskId || id;
  return playScenario({ ...exchange, operation, key, id, subject, faults }, run);
}
