/** Reports to print: one with everything that can happen in three runs, one without problems, one with hostile messages. */
import type {
  Cell,
  CheckKind,
  CheckResult,
  CoverageRow,
  FactResult,
  Finding,
  Mutant,
  Report,
  Run,
} from "../../src/contract/contract-report.js";
import { CHECK_ORDER } from "../../src/contract/contract-report.js";
import { cells } from "../../src/generated/offers.js";
import { operations } from "../../src/generated/operations.js";
import type { SpecName } from "../../src/generated/servers.js";

export const COSTS = "might cost money; sent only to a server that charges nothing (--free)";
const ABSENT = "the spec has no such case";
const NEEDS_A_FILE = "needs a task of version 1 (--paid, --task ID)";

export const finding = (parts: Partial<Finding> = {}): Finding => ({
  place: "response 200 file.bytes",
  spec: "integer",
  saw: '"29500", a string',
  source: "openapi/schemas/FileObject.yaml",
  ...parts,
});

export const check = (parts: Partial<CheckResult> = {}): CheckResult => ({
  operationId: "videoGeneration",
  kind: "legal data",
  outcome: "passed",
  cases: 24,
  findings: [],
  ...parts,
});

export const failed = (operationId: string, kind: CheckKind, ...findings: Finding[]): CheckResult =>
  check({ operationId, kind, outcome: "failed", findings });

export const fact = (parts: Partial<FactResult> = {}): FactResult => ({
  id: "ids-are-strings",
  says: "A task's id comes as a string of decimal digits.",
  source: 'SOURCES.md, "Type of file_id"',
  verdict: "confirmed",
  ...parts,
});

export const run = (parts: Partial<Run> = {}): Run => ({
  target: { name: "prism", baseUrl: "http://127.0.0.1:4010", spec: "minimax", free: true, key: true },
  checks: [check()],
  facts: [],
  coverage: [],
  exchanges: 24,
  ...parts,
});

export const report = (parts: Partial<Report> = {}): Report => ({
  version: 1,
  suite: "minimax-video 0.1.0",
  startedAt: "2026-11-26T04:30:00.000Z",
  milliseconds: 41_300,
  runs: [run()],
  matrix: [],
  ...parts,
});

const skipped = (operationId: string, kind: CheckKind, reason: string): CheckResult =>
  check({ operationId, kind, outcome: "skipped", cases: 0, reason });

/** The operations of V1: a report of fixed size, whatever the specs gain. */
const OPERATIONS = Object.entries(operations.minimax).slice(0, 5);

/** Every kind of check of each operation; all passed, except the given ones and those that do not apply. */
function checksBut(...others: CheckResult[]): CheckResult[] {
  return OPERATIONS.flatMap(([operationId, { method }], row) => {
    const absent =
      method === "GET" ? ["illegal data", "wrong content type"] : ["missing parameter", "illegal parameter"];
    return CHECK_ORDER.filter((kind) => kind !== "flow" || method === "POST").map(
      (kind, column) =>
        others.find((other) => other.operationId === operationId && other.kind === kind) ??
        (absent.includes(kind)
          ? skipped(operationId, kind, ABSENT)
          : check({ operationId, kind, cases: ((row + 1) * 7 * (column + 3)) % 41 || 1 })),
    );
  });
}

/** The checks that are not made at a server that charges. */
const unasked = (operationId: string): CheckResult[] =>
  (["legal data", "illegal data", "wrong content type", "flow"] as const).map((kind) =>
    skipped(operationId, kind, COSTS),
  );

const facts: FactResult[] = [
  fact(),
  fact({
    id: "link-nine-hours",
    says: "A download link is valid for nine hours.",
    source: 'SOURCES.md, "Life of a link"',
    verdict: "contradicted",
    evidence: "GET /v1/files/retrieve: the link expires 86,400 seconds after it was signed",
  }),
  fact({
    id: "wrong-key-1004",
    says: "A wrong key is refused with HTTP 200 and base_resp.status_code 1004.",
    verdict: "contradicted",
    evidence: 'HTTP 401, status_code 2049, "invalid api key"',
  }),
  fact({ id: "unknown-task", says: "The query of an unknown task is answered with 2013." }),
  fact({ id: "empty-status", says: "A query that is refused says an empty status." }),
  fact({ id: "two-in-flight", says: "Two creates may be in flight at once.", verdict: "not asked" }),
  fact({ id: "rate-limit-1002", says: "More than the plan allows is refused with 1002.", verdict: "not asked" }),
];

/** Full coverage of every operation, except these names. */
function coverageBut(missing: Record<string, string[]> = {}): CoverageRow[] {
  return OPERATIONS.map(([operationId, { parameters, body, replies }]) => {
    const share = (names: string[]) => {
      const left = names.filter((name) => missing[operationId]?.includes(name));
      return { met: names.length - left.length, of: names.length, missing: left };
    };
    return {
      operationId,
      parameters: share(parameters.map(({ name }) => name)),
      requestProperties: share(body?.properties ?? []),
      responses: share(Object.keys(replies)),
      responseProperties: share(Object.values(replies).flatMap(({ properties }) => Object.keys(properties))),
    };
  });
}

const MODE_WORDS: Record<string, string> = {
  TextToVideo: "text to video",
  ImageToVideo: "image to video",
  FirstLastFrameToVideo: "last frame to video",
  SubjectReferenceToVideo: "subject reference to video",
};
const DURATIONS = [undefined, 6, 10];
const RESOLUTIONS = [undefined, "512P", "720P", "768P", "1080P"];

/** The matrix of every spec by the generated offers; `dissent` names the judges that disagree on a cell. */
export function matrix(dissent: (cell: Cell) => string[] = () => []): Cell[] {
  return (Object.keys(cells) as SpecName[]).flatMap((spec) =>
    Object.entries(cells[spec]).flatMap(([mode, models]) =>
      Object.entries(models).flatMap(([model, { duration: usual, resolution: size, accepts }]) =>
        DURATIONS.flatMap((duration) =>
          RESOLUTIONS.map((resolution): Cell => {
            const sizes = accepts.find(([seconds]) => seconds === (duration ?? usual))?.[1];
            const wanted = resolution ?? size;
            const cell = {
              spec,
              mode: MODE_WORDS[mode] ?? mode,
              model,
              ...(duration === undefined ? {} : { duration }),
              ...(resolution === undefined ? {} : { resolution }),
              legal:
                accepts.length === 0
                  ? duration === undefined && resolution === undefined
                  : sizes !== undefined && (wanted === undefined || sizes.includes(wanted)),
              dissent: [],
            };
            return { ...cell, dissent: dissent(cell) };
          }),
        ),
      ),
    ),
  );
}

const mutants = (survivors: string[]): Mutant[] => [
  ...Array.from({ length: 488 }, (_, index) => ({ mutant: `minimax: place ${index} maxLength removed`, killed: true })),
  ...["model", "duration", "resolution"].map((name) => ({
    mutant: `minimax: TextToVideo/allOf/1/properties/${name} type removed`,
    killed: false,
    reason: "Beside an enum or a const a type says nothing more; documentation and generators read it.",
  })),
  {
    mutant: "minimax: TextToVideo/allOf/1 properties without last_frame_image",
    killed: false,
    reason: "As false it is refused; without it, unevaluatedProperties refuses it.",
  },
  ...survivors.map((mutant) => ({ mutant, killed: false })),
];

export const SURVIVOR = "minimax: TextToVideo/allOf/1/properties/prompt maxLength removed";

/** Prism and the mock without problems, and a live server tested without `--paid`. */
export const rich = (): Report =>
  report({
    runs: [
      run({ checks: checksBut(), facts: facts.map(toUnasked), coverage: coverageBut(), exchanges: 1204 }),
      run({
        target: { name: "mock", baseUrl: "http://127.0.0.1:4020", spec: "minimax", free: true, key: true },
        checks: checksBut(),
        facts: facts.map(({ evidence: _, ...plain }) => ({ ...plain, verdict: "confirmed" })),
        coverage: coverageBut(),
        exchanges: 1231,
      }),
      run({
        target: {
          name: "global",
          baseUrl: "https://api.minimax.io",
          spec: "minimax",
          free: false,
          key: true,
          paid: "one video, list price 0.10 USD",
        },
        checks: checksBut(
          ...unasked("videoGeneration"),
          ...unasked("videoTemplateGeneration"),
          skipped("retrieveFile", "legal data", NEEDS_A_FILE),
          failed(
            "retrieveFile",
            "reply schema",
            finding(),
            finding({ place: "response 200 file.backup_download_url", spec: "string, a URI", saw: "null" }),
          ),
          failed(
            "queryVideoGenerationTask",
            "missing key",
            finding({
              place: "request without Authorization",
              spec: "HTTP 200, base_resp.status_code 1004",
              saw: 'HTTP 200, base_resp.status_code 0, status "Success"',
              source: 'SOURCES.md, "Wrong keys"',
            }),
          ),
        ),
        facts,
        coverage: coverageBut({
          videoGeneration: ["aigc_watermark", "callback_url", "subject_reference", "task_id"],
          videoTemplateGeneration: Object.values(operations.minimax.videoTemplateGeneration?.body?.properties ?? []),
        }),
        exchanges: 96,
      }),
    ],
    matrix: matrix(({ spec, mode, model, duration, resolution }) =>
      spec === "minimax" && mode === "text to video" && model === "MiniMax-Hailuo-02" && duration === 10
        ? resolution === "1080P"
          ? ["prism", "global"]
          : []
        : [],
    ),
    mutants: mutants([SURVIVOR]),
  });

const toUnasked = ({ evidence: _, ...plain }: FactResult): FactResult => ({ ...plain, verdict: "not asked" });

/** One server, one run, no problems. */
export const sound = (): Report =>
  report({ runs: [run({ checks: checksBut(), coverage: coverageBut() })], matrix: matrix(), mutants: mutants([]) });

/** A message that attacks its reader. */
export const HOSTILE = `<script>document.title="owned"</script>"'&amp;</style></title>]]><img src="http://127.0.0.1:9/x" onerror="document.title='owned'">\u202egnp\u202c\u0000\u001b[31m\ud800\ufffe`;

/** Fields with words of the suite itself, on which programs decide. */
const OWN = new Set(["suite", "startedAt", "kind", "outcome", "verdict"]);
const isOwn = (value: string, name = "") => OWN.has(name) || (name === "spec" && value in operations);

/** The rich report with the hostile message after each text that is not the suite's own; one text is 10 kB long. */
export function hostile(): Report {
  const spoil = (value: unknown, name?: string): unknown => {
    if (typeof value === "string") return isOwn(value, name) ? value : value + HOSTILE;
    if (Array.isArray(value)) return value.map((inner) => spoil(inner, name));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, spoil(inner, key)]));
  };
  // Only the texts are different.
  const { runs, ...rest } = spoil(rich()) as Report;
  const long = failed("retrieveFile", "server error", finding({ saw: `<b>${"long ".repeat(2_000)}the end` }));
  return { ...rest, runs: runs.map((each) => ({ ...each, checks: [long, ...each.checks] })) };
}
