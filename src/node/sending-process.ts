import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** A process that is sending a create. */
export interface Sender {
  readonly host: string;
  readonly pid: number;
  /** Tells it from a later process of the same number, also after a restart of the machine; where the system tells. */
  readonly born?: string;
  /** Since when, milliseconds since 1970. */
  readonly at: number;
  /** No other create has it. */
  readonly once: string;
}

/**
 * Milliseconds. One exchange takes two minutes at most, unless a longer time-out was asked for. Where a number may have gone
 * to another process, and where a machine cannot be asked, time alone decides.
 */
const LONGEST = 10 * 60_000;

/** This process, about to send. */
export function sender(): Sender {
  const { pid } = process;
  const born = birthOf(pid);
  return { host: hostname(), pid, ...(born ? { born } : {}), at: Date.now(), once: randomUUID() };
}

/** Whether a create may still be under way. */
export function lives({ host, pid, born, at }: Sender): boolean {
  // A clock that was set back counts as well as one that went on.
  if (Math.abs(Date.now() - at) > LONGEST) return false;
  return host !== hostname() || (exists(pid) && birthOf(pid) === born);
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: there is one, and it is somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** When a process began, in a word that no other process has; undefined where only Linux would tell, and for a dead one. */
function birthOf(pid: number): string | undefined {
  try {
    // The second field is a name in brackets that may hold anything; the third is the state, the 22nd the start: proc(5).
    const [state = "", ...fields] = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    // A killed process that its parent has not buried.
    if (state === "Z" || state === "X") return undefined;
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${fields[18]}`;
  } catch {
    return undefined;
  }
}
