import type { CheckResult } from "../base/check-result.js";
import { check as checkRequest } from "../check/check.js";
import { requestFrom } from "./build-request.js";
import { EXIT } from "./exit-codes.js";
import { costLine, issueLine, serverText } from "./format-text.js";
import { type Io, printResult } from "./io.js";
import type { Parsed } from "./parse-command-line.js";
import { openSession, type Session } from "./session.js";

/** `minimax-video check`: what is wrong with a request, and what it costs; asks nobody. */
export async function check({ values, argument }: Parsed<"check">, io: Io): Promise<number> {
  const session = openSession(values, io);
  const { body, note } = await requestFrom(values, argument, io);
  const result = await checkRequest(body, session.server);
  if (note) session.progress.say(note);
  printResult(session, { ...result, server: session.server.name }, checkResultText(result, session));
  return result.ok ? EXIT.done : EXIT.refusedHere;
}

function checkResultText({ ok, issues, cost }: CheckResult, session: Session): string {
  const lines = issues.map((issue) => `  ${issueLine(issue)}`);
  const verdict = `${ok ? "Valid" : "Refused"} by the spec of ${serverText(session)}`;
  return [verdict, ...lines, ...(ok ? [costLine(cost)] : [])].join("\n");
}
