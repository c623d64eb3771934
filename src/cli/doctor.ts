import { randomUUID } from "node:crypto";
import type { Verification } from "../account/account.js";
import { MiniMaxError } from "../base/errors.js";
import { callbackIssues } from "../check/callback-url.js";
import { type ServerName, servers } from "../generated/servers.js";
import { codeIn } from "../http/network-errors.js";
import { probeFolder } from "../node/atomic-file.js";
import type { FolderJournal } from "../node/index.js";
import { messageOf, serverText } from "./format-text.js";
import { fitted, version, widthOf } from "./help.js";
import { journalFrom } from "./journal.js";
import type { Parsed } from "./parse-command-line.js";
import { EXIT, exitCodeOf, hasColor, type Io, orInterrupted, plain, printJson } from "./process.js";
import { proxiedFetch, proxyFor } from "./proxy.js";
import { isRedisUrl } from "./redis-url.js";
import { assertKey, openSession, type Session } from "./session.js";

/** What was examined, and what to do about it. A failure has the exit code that commands which need it would have. */
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
/** Milliseconds for each question. */
const PATIENCE = 20_000;
/** Milliseconds by which a clock may be wrong before links and dates are misjudged. */
const SKEW = 60_000;

/** `minimax-video doctor`: finds out why nothing works, without buying anything. */
export async function doctor({ values }: Parsed<"doctor">, io: Io): Promise<number> {
  const session = openSession(values, io);
  const journal = await journalFrom(values, io);
  const findings: Finding[] = [];
  const tell = (finding: Finding) => {
    findings.push(finding);
    const { name, state, message } = finding;
    const row = `${state.padEnd(7)}  ${name.padEnd(8)}  ${plain(message).replace(/\s*\n\s*/g, ": ")}\n`;
    const shown = fitted(row, widthOf(io), true);
    if (!values.json)
      io.stdout.write(hasColor(io) ? shown.replace(state, `\x1b[${COLORS[state]}m${state}\x1b[0m`) : shown);
    return finding.state !== "failed";
  };
  const examining = async () => {
    if (tell(await serverFinding(session))) await examineKey(session, values["try-regions"] ?? false, tell);
    tell(await journalFinding(journal));
    const { "callback-url": url } = values;
    if (url !== undefined) tell(await callbackFinding(url, session));
  };
  await orInterrupted(io, "", examining());
  const exitCode = Math.max(...findings.map((finding) => finding.exitCode ?? EXIT.done));
  const { name: server, baseUrl } = session.server;
  const program = `minimax-video ${await version()}, Node ${process.versions.node} on ${process.platform} ${process.arch}`;
  if (values.json) printJson(io, { program, server, baseUrl, findings, exitCode });
  return exitCode;
}

/** A request without a key: any reply will do. */
async function serverFinding({ server, mock, io }: Session): Promise<Finding> {
  const where = serverText({ server, mock });
  try {
    const proxy = proxyFor(new URL(server.baseUrl), io.env);
    const through = proxy ? `through the proxy ${proxy.url.host} (${proxy.name})` : "without a proxy";
    const began = performance.now();
    const send = proxiedFetch(io.env) ?? fetch;
    const response = await send(server.baseUrl, { redirect: "manual", signal: within(io) });
    await response.body?.cancel();
    return ok("server", `${where} answers in ${Math.round(performance.now() - began)} ms, ${through}`);
  } catch (error) {
    if (io.signal.aborted) throw io.signal.reason;
    const why = error instanceof MiniMaxError ? error.message : reasonIn(error, new URL(server.baseUrl).hostname);
    return failed("server", `${where} cannot be reached: ${why}`, EXIT.unreachable);
  }
}

/** This machine, which no proxy leads to. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/;
const CHECK_PORT = "check the port, or whether the server runs";

/** What stands between this machine and a host, by the code of the operating system or the runtime. */
const REASONS: [RegExp, (host: string) => string][] = [
  [/^(ENOTFOUND|EAI_)/, (host) => `DNS does not know ${host}; check the name, the network and the DNS server`],
  [
    /^(CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|ERR_TLS)/,
    () => "its TLS certificate is not trusted; behind a company's proxy, set NODE_EXTRA_CA_CERTS",
  ],
  [/^ECONNREFUSED/, (host) => `${host} refuses the connection; ${CHECK_PORT}`],
  [/^/, () => "the connection fails; check the network, and whether it needs a proxy (HTTPS_PROXY)"],
];

function reasonIn(error: unknown, host: string): string {
  if (error instanceof Error && error.name === "TimeoutError") return `no answer within ${PATIENCE / 1000} s`;
  const code = codeIn(error);
  if (code === undefined && LOOPBACK.test(host)) return `the connection fails; ${CHECK_PORT}`;
  const [, words] = REASONS.find(([pattern]) => pattern.test(code ?? "")) ?? [];
  return `${words?.(host)}${code ? ` (${code})` : ""}`;
}

function within({ signal }: Pick<Io, "signal">): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
}

async function examineKey(session: Session, mayTryRegions: boolean, tell: (finding: Finding) => boolean) {
  const { io, minimax, server } = session;
  const verifying = async () => {
    assertKey(session);
    return minimax.account.verify({ signal: within(io) });
  };
  const found = await verifying().catch((error) => error);
  if (io.signal.aborted) throw io.signal.reason;
  if (found instanceof Error) return void tell(failed("key", messageOf(found), exitCodeOf(found)));
  const { accepted, keyKind, clockSkew, reason } = found as Verification;
  if (clockSkew !== undefined && Math.abs(clockSkew) > SKEW) {
    const by = `${Math.abs(clockSkew) / 1000} s ${clockSkew > 0 ? "ahead of" : "behind"}`;
    tell(warning("clock", `this clock is ${by} the service's, so links may seem expired; synchronize it`));
  } else if (clockSkew !== undefined) tell(ok("clock", "agrees with the service"));
  const kind = keyKind
    ? `, ${keyKind === "token-plan" ? "of a Token Plan, which has no MiniMax-H3" : "pay as you go"}`
    : "";
  if (accepted === undefined)
    return void tell(warning("key", `the reply does not tell whether it is accepted: ${reason}`));
  if (accepted) {
    tell(ok("key", `accepted by ${server.name}${kind}`));
    return void tell(await accountFinding(session, keyKind));
  }
  const others = (Object.keys(servers) as ServerName[]).filter(
    (name) => name !== server.name && !servers[name].gateway,
  );
  const home = mayTryRegions ? await regionOf(session, others) : undefined;
  const advice = home
    ? `it belongs to ${home}: use --server ${home}`
    : mayTryRegions
      ? `${others.join(" and ")} refuse it as well: make a new one in the console`
      : `it may belong to another region: --try-regions sends it to ${others.join(" and ")} as well`;
  tell(failed("key", `${reason?.replace(/\.$/, "")}; ${advice}`, EXIT.refusedByService));
}

/** The server that accepts the key. It goes where it was not configured to go, so only if somebody asks for it. */
async function regionOf({ io, values }: Session, names: readonly ServerName[]): Promise<ServerName | undefined> {
  for (const server of names) {
    const { minimax } = openSession({ ...values, server, like: undefined }, io);
    const found = await minimax.account.verify({ signal: within(io) }).catch(() => undefined);
    if (io.signal.aborted) throw io.signal.reason;
    if (found?.accepted) return server;
  }
  return undefined;
}

async function accountFinding({ io, minimax }: Session, keyKind: Verification["keyKind"]): Promise<Finding> {
  const options = { signal: within(io) };
  try {
    if (keyKind === "token-plan") {
      const rows = await minimax.account.quota(options);
      const left = rows.map((row) => `${row.model_name} ${row.current_interval_remaining_percent ?? "?"} % left`);
      return ok("account", `${left.join(", ") || "no quota"}; 100 % is no promise that a create is accepted`);
    }
    const { available_amount, owed_amount } = await minimax.account.balance(options);
    const owed = Number(owed_amount) > 0 ? `, ${owed_amount} owed` : "";
    if (Number(available_amount) > 0) return ok("account", `${available_amount} available${owed}`);
    return warning("account", `${available_amount} available${owed}: top up the account before you create`);
  } catch (error) {
    if (io.signal.aborted) throw io.signal.reason;
    return warning("account", `the service does not tell what is left: ${messageOf(error)}`);
  }
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
    return failed(
      "journal",
      `${reason}: nothing would be sent; free it, or choose another with --journal`,
      EXIT.refusedHere,
    );
  }
}

/** As far as that can be told from here: what the service would refuse, and whether it answers the challenge. */
async function callbackFinding(url: string, { server, io }: Session): Promise<Finding> {
  const [issue] = callbackIssues({ callback_url: url }, server);
  if (issue || !/^https?:/i.test(url) || !URL.canParse(url))
    return failed("callback", issue?.message ?? "it must be an absolute http(s) URL", EXIT.refusedHere);
  const { host, hostname } = new URL(url);
  const challenge = randomUUID();
  try {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ challenge });
    const send = proxiedFetch(io.env) ?? fetch;
    const reply = await send(url, { method: "POST", headers, body, redirect: "manual", signal: within(io) });
    const text = await reply.text();
    if (reply.ok && text.includes(challenge)) return ok("callback", `${host} answers the challenge, asked from here`);
    return failed(
      "callback",
      `${host} does not echo a challenge (HTTP ${reply.status}), so the service would refuse a create with it`,
      EXIT.refusedHere,
    );
  } catch (error) {
    if (io.signal.aborted) throw io.signal.reason;
    const message = `${host} cannot be reached from here: ${reasonIn(error, host)}`;
    const isClosed = codeIn(error) === "ECONNREFUSED" || LOOPBACK.test(hostname);
    return isClosed ? failed("callback", message, EXIT.refusedHere) : warning("callback", message);
  }
}

/** An entry that is gone at once, as that of a create that was refused. */
async function probeEntry(journal: FolderJournal): Promise<void> {
  const begun = await journal.begin({ kind: "video", server: "doctor", fingerprint: "", submittedAt: Date.now() });
  if ("entry" in begun) await begun.entry.refused();
}
