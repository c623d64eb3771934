import { randomUUID } from "node:crypto";
import type { Verification } from "../account/account.js";
import { MiniMaxError } from "../base/errors.js";
import { callbackIssues } from "../check/callback-url.js";
import { type ServerName, servers } from "../generated/servers.js";
import { codeIn } from "../http/network-errors.js";
import { probeFolder } from "../node/atomic-file.js";
import type { FolderJournal } from "../node/index.js";
import type { Parsed, Values } from "./command-options.js";
import { messageOf, serverText } from "./format-text.js";
import { fitted, version, widthOf } from "./help.js";
import { journalFrom } from "./journal.js";
import { LOOPBACK } from "./local-servers.js";
import { EXIT, exitCodeOf, hasColor, type Io, orInterrupted, plain, printJson } from "./process.js";
import { proxiedFetch, proxyFor } from "./proxy.js";
import { isRedisUrl } from "./redis-url.js";
import { assertKey, openSession, type Session } from "./session.js";

/** What was examined, and what to do about it. The exit code is that of the commands that would fail for this reason. */
interface Finding {
  name: "server" | "clock" | "key" | "account" | "journal" | "callback";
  state: "ok" | "warning" | "failed";
  message: string;
  exitCode?: number;
}

const ok = (name: Finding["name"], message: string): Finding => ({ name, state: "ok", message });
const warning = (name: Finding["name"], message: string): Finding => ({ name, state: "warning", message });
const failed = (name: Finding["name"], message: string, exitCode: number): Finding => {
  return { name, state: "failed", message, exitCode };
};

const COLORS = { ok: 32, warning: 33, failed: 31 };
const PATIENCE = 20_000;
/** Milliseconds by which a clock may be wrong before links and dates are misjudged. */
const SKEW = 60_000;

export async function doctor({ values }: Parsed<"doctor">, io: Io): Promise<number> {
  const session = openSession(values, io, await journalFrom(values, io));
  const findings: Finding[] = [];
  const examining = async () => {
    for await (const finding of examined(session, values)) {
      findings.push(finding);
      const { name, state, message } = finding;
      const row = `${state.padEnd(7)}  ${name.padEnd(8)}  ${plain(message).replace(/\s*\n\s*/g, ": ")}\n`;
      const shown = fitted(row, widthOf(io), true);
      if (!values.json)
        io.stdout.write(hasColor(io) ? shown.replace(state, `\x1b[${COLORS[state]}m${state}\x1b[0m`) : shown);
    }
  };
  await orInterrupted(io, "", examining());
  const exitCode = Math.max(...findings.map((finding) => finding.exitCode ?? EXIT.done));
  const { name: server, baseUrl } = session.server;
  const program = `minimax-video ${await version()}, Node ${process.versions.node} on ${process.platform} ${process.arch}`;
  if (values.json) printJson(io, { program, server, baseUrl, findings, exitCode });
  return exitCode;
}

/** Yields each finding as soon as it is known. */
async function* examined(session: Session, options: Values<"doctor">): AsyncGenerator<Finding, void> {
  const server = await serverFinding(session);
  yield server;
  if (server.state === "ok") yield* keyFindings(session, options["try-regions"] ?? false);
  yield await journalFinding(session.journal);
  const { "callback-url": url } = options;
  if (url !== undefined) yield await callbackFinding(url, session);
}

/** Resolves with the answer, or with the error if there is none in time. @throws the reason of Ctrl-C */
async function answerTo<T>({ signal }: Io, ask: (signal: AbortSignal) => Promise<T>): Promise<T | Error> {
  const asking = async () => ask(AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]));
  const answer = await asking().catch((error: Error) => error);
  if (signal.aborted) throw signal.reason;
  return answer;
}

/** Sends a request without a key. Any reply shows that the server can be reached. */
async function serverFinding({ server, mock, io }: Session): Promise<Finding> {
  const where = serverText({ server, mock });
  const said = await answerTo(io, async (signal) => {
    const proxy = proxyFor(new URL(server.baseUrl), io.env);
    const through = proxy ? `through the proxy ${proxy.url.host} (${proxy.name})` : "without a proxy";
    const began = performance.now();
    const response = await (proxiedFetch(io.env) ?? fetch)(server.baseUrl, { redirect: "manual", signal });
    await response.body?.cancel();
    return `${where} answers in ${Math.round(performance.now() - began)} ms, ${through}`;
  });
  if (typeof said === "string") return ok("server", said);
  const why = said instanceof MiniMaxError ? said.message : reasonIn(said, new URL(server.baseUrl).hostname);
  return failed("server", `${where} cannot be reached: ${why}`, EXIT.unreachable);
}

const CHECK_PORT = "check the port, and whether the server is running";

/** Why a host cannot be reached, by the error code of the operating system or the runtime. */
const REASONS: [RegExp, (host: string) => string][] = [
  [/^(ENOTFOUND|EAI_)/, (host) => `DNS does not know ${host}; check the name, the network and the DNS server`],
  [
    /^(CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|ERR_TLS)/,
    () => "its TLS certificate is not trusted; behind a company's proxy, set NODE_EXTRA_CA_CERTS",
  ],
  [/^ECONNREFUSED/, (host) => `${host} refuses the connection; ${CHECK_PORT}`],
  [/^/, () => "the connection fails; check the network, and whether it needs a proxy (HTTPS_PROXY)"],
];

function reasonIn(error: Error, host: string): string {
  if (error.name === "TimeoutError") return `no answer within ${PATIENCE / 1000} s`;
  const code = codeIn(error);
  // The network is not the reason.
  if (code === undefined && LOOPBACK.test(host)) return `the connection fails; ${CHECK_PORT}`;
  const [, words] = REASONS.find(([pattern]) => pattern.test(code ?? "")) ?? [];
  return `${words?.(host)}${code ? ` (${code})` : ""}`;
}

const BILLING = {
  "token-plan": "of a Token Plan, which does not include MiniMax-H3",
  "pay-as-you-go": "pay as you go",
};

async function* keyFindings(session: Session, mayTryRegions: boolean): AsyncGenerator<Finding, void> {
  const { io, server } = session;
  const found = await answerTo(io, (signal) => assertKey(session).minimax.account.verify({ signal }));
  if (found instanceof Error) return void (yield failed("key", messageOf(found), exitCodeOf(found)));
  const { accepted, keyKind, clockSkew, reason } = found;
  if (clockSkew !== undefined && Math.abs(clockSkew) > SKEW) {
    const by = `${Math.abs(clockSkew) / 1000} s ${clockSkew > 0 ? "ahead of" : "behind"}`;
    yield warning("clock", `this clock is ${by} the service's, so links may seem expired; synchronize it`);
  } else if (clockSkew !== undefined) yield ok("clock", "agrees with the service");
  if (accepted) {
    yield ok("key", `accepted by ${server.name}${keyKind ? `, ${BILLING[keyKind]}` : ""}`);
    yield await accountFinding(session, keyKind);
  } else if (accepted === false) {
    const advice = await keyAdvice(session, mayTryRegions);
    yield failed("key", `${reason?.replace(/\.$/, "")}; ${advice}`, EXIT.refusedByService);
  } else yield warning("key", `the reply does not show whether it is accepted: ${reason}`);
}

/** What to do about a refused key. Sends it to servers for which it was not configured only with --try-regions. */
async function keyAdvice({ io, server: own, values }: Session, mayTryRegions: boolean): Promise<string> {
  const others = (Object.keys(servers) as ServerName[]).filter((name) => name !== own.name && !servers[name].gateway);
  const names = new Intl.ListFormat("en-GB").format(others);
  if (!mayTryRegions) return `it may belong to another region: --try-regions sends it to ${names} as well`;
  for (const server of others) {
    const { minimax } = openSession({ ...values, server, like: undefined }, io);
    const found = await answerTo(io, (signal) => minimax.account.verify({ signal }));
    if (!(found instanceof Error) && found.accepted) return `it belongs to ${server}: use --server ${server}`;
  }
  return `${names} refuse it as well: make a new one in the console`;
}

async function accountFinding({ io, minimax }: Session, keyKind: Verification["keyKind"]): Promise<Finding> {
  const found = await answerTo(io, async (signal) => {
    if (keyKind === "token-plan") {
      const rows = await minimax.account.quota({ signal });
      const left = rows.map((row) => `${row.model_name} ${row.current_interval_remaining_percent ?? "?"} % left`);
      return ok("account", `${left.join(", ") || "no quota"}; 100 % does not guarantee that a create is accepted`);
    }
    const { available_amount, owed_amount } = await minimax.account.balance({ signal });
    const owed = Number(owed_amount) > 0 ? `, ${owed_amount} owed` : "";
    if (Number(available_amount) > 0) return ok("account", `${available_amount} available${owed}`);
    return warning("account", `${available_amount} available${owed}: top up the account before you create`);
  });
  if (!(found instanceof Error)) return found;
  return warning("account", `the service does not say what is left: ${messageOf(found)}`);
}

async function journalFinding(journal: FolderJournal | undefined): Promise<Finding> {
  if (!journal) return warning("journal", "it is off: a crash may lose a task that is paid for");
  const { folder } = journal;
  try {
    await (isRedisUrl(folder) ? probeEntry(journal) : probeFolder(folder));
    const entries = await journal.list();
    const unreadable = entries.filter(({ state }) => state === "unreadable").length;
    if (unreadable) return warning("journal", `${unreadable} of ${entries.length} entries in ${folder} cannot be read`);
    return ok("journal", `${folder} can be written, ${entries.length} entries`);
  } catch (error) {
    const reason = `${folder} cannot be written (${codeIn(error) ?? messageOf(error)})`;
    const advice = "nothing would be sent; make it writable, or choose another with --journal";
    return failed("journal", `${reason}: ${advice}`, EXIT.refusedHere);
  }
}

/** Checks, as far as possible from here, whether the service would refuse an address, and whether it answers a challenge. */
async function callbackFinding(url: string, { server, io }: Session): Promise<Finding> {
  const [issue] = callbackIssues({ callback_url: url }, server);
  if (issue || !/^https?:/i.test(url) || !URL.canParse(url))
    return failed("callback", issue?.message ?? "it must be an absolute http(s) URL", EXIT.refusedHere);
  const { host, hostname } = new URL(url);
  const challenge = randomUUID();
  const found = await answerTo(io, async (signal) => {
    const headers = { "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify({ challenge }), redirect: "manual", signal } as const;
    const reply = await (proxiedFetch(io.env) ?? fetch)(url, init);
    const text = await reply.text();
    if (reply.ok && text.includes(challenge)) return ok("callback", `${host} answers the challenge, asked from here`);
    const silence = `${host} does not echo a challenge (HTTP ${reply.status})`;
    return failed("callback", `${silence}, so the service would refuse a create that names it`, EXIT.refusedHere);
  });
  if (!(found instanceof Error)) return found;
  const message = `${host} cannot be reached from here: ${reasonIn(found, host)}`;
  const isClosed = codeIn(found) === "ECONNREFUSED" || LOOPBACK.test(hostname);
  return isClosed ? failed("callback", message, EXIT.refusedHere) : warning("callback", message);
}

/** Writes an entry and removes it at once, as after a create that was refused. */
async function probeEntry(journal: FolderJournal): Promise<void> {
  const begun = await journal.begin({ kind: "video", server: "doctor", fingerprint: "", submittedAt: Date.now() });
  if ("entry" in begun) await begun.entry.refused();
}
