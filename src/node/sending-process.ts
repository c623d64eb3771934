import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { defined } from "../base/record.js";

/** The process that sends a create. */
export interface Sender {
  /** The name of its machine. */
  readonly host: string;
  /** The id of the process on that machine. */
  readonly pid: number;
  /** Distinguishes it from a later process with the same pid, even after a reboot, if it can be read. Linux only. */
  readonly born?: string;
  /** When the create began, in milliseconds since 1970. */
  readonly at: number;
  /** Unique per create. */
  readonly once: string;
}

/**
 * Milliseconds after which a process counts as dead. A request takes at most two minutes, unless the caller chose a longer timeout.
 * Time alone decides for a process on another machine.
 */
const LONGEST = 10 * 60_000;

/** Describes this process. In Deno, it needs a permission to know its machine. */
export function sender(): Sender {
  const { pid } = process;
  return { host: hostname(), pid, ...defined({ born: birthOf(pid) }), at: Date.now(), once: randomUUID() };
}

/** Whether a create may still be under way. */
export function lives({ host, pid, born, at }: Sender): boolean {
  // In either direction, because the clock may have been set back.
  if (Math.abs(Date.now() - at) > LONGEST) return false;
  if (host !== hostname()) return true;
  const now = birthOf(pid);
  return exists(pid) && (born === undefined || now === undefined || now === born);
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to another user. Deno needs a permission to look, and its error has no code.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Identifies a process by its start time. Undefined if it cannot be read: on systems other than Linux, and in Deno. */
function birthOf(pid: number): string | undefined {
  try {
    // proc(5): field 2 is a name in parentheses that may contain anything, field 3 the state, field 22 the start time.
    const [state = "", ...fields] = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    // A zombie was killed, but not yet reaped by its parent.
    if (state === "Z" || state === "X") return "dead";
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${fields[18]}`;
  } catch {
    return undefined;
  }
}
