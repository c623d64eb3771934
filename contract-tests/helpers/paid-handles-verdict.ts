/** What a caller must have in hand for each task that was sold: for paid-handles.long.test.ts. */
import { MiniMaxError, SubmissionUnknownError } from "../../src/index.js";
import type { Case, Outcome, Played } from "./paid-handles-play.js";
import type { Purchase } from "./paid-handles-service.js";

/** What is wrong, a line each; none if each task that was sold is in somebody's hands. */
export function faultsOf(one: Case, played: Played): string[] {
  const { purchases, reason, thrown } = played;
  const soldFor = (wish: number) => purchases.filter((purchase) => purchase.wish === wish);
  return [
    ...(one.refused ? refusalFaults(played) : []),
    ...(thrown ? thrownFaults(one, played, thrown.error) : []),
    ...range(one.wishes).flatMap((wish) => (soldFor(wish).length > 1 ? [`wish ${wish} was sold twice`] : [])),
    ...purchases.flatMap((purchase) => handleFaults(one, played, purchase)),
    ...[...played.outcomes].flatMap(([wish, outcome]) =>
      soldFor(wish).length > 0 ? [] : unsoldFaults(one, played, wish, outcome),
    ),
    ...journalFaults(played),
    ...(reason.before === reason.after ? [] : [`the reason of the caller has changed: ${reason.after}`]),
  ];
}

function refusalFaults({ posts, outcomes, thrown }: Played): string[] {
  const isRefused =
    thrown !== undefined || (outcomes.size > 0 && [...outcomes.values()].every(({ is }) => is === "error"));
  return [
    ...(posts.length > 0 ? ["options that had to be refused have sent something"] : []),
    ...(isRefused ? [] : ["options that had to be refused were taken"]),
  ];
}

function thrownFaults(one: Case, played: Played, error: unknown): string[] {
  const isTheirs = error instanceof RangeError && (one.leaves?.how === "throws" || played.posts.length === 0);
  return isOwnReason(played, error) || isTheirs || error instanceof MiniMaxError ? [] : [`threw ${named(error)}`];
}

/** Of a task that was sold, its caller has the handle, or the service told nobody its id. */
function handleFaults(one: Case, played: Played, { id, wish, named: isNamed, delivered, before }: Purchase): string[] {
  const { outcomes, told } = played;
  const outcome = outcomes.get(wish);
  const isTold = told.includes(id);
  const isKnown = isNamed && delivered;
  if (!outcome) {
    const mayBeLost = one.call === "all" && (one.leaves !== undefined || played.stopper?.signal.aborted);
    if (isTold || (!isKnown && mayBeLost)) return [];
    return [`task ${id}: nobody has heard of it`];
  }
  if (outcome.is === "video")
    return outcome.taskId === id && outcome.handle === id ? [] : [`task ${id}: another video`];
  const { error, handle } = outcome;
  if (isOwnReason(played, error)) {
    // An abort while the create is under way leaves open what becomes of it.
    const isOpen = one.call === "all" ? !isKnown : !before;
    return isTold || isOpen ? [] : [`task ${id}: aborted after its reply, and onTask was not called`];
  }
  if (!(error instanceof MiniMaxError)) return [`task ${id}: ${named(error)} is no error of ours`];
  const found = handle ?? error.task?.id ?? error.taskId;
  if (found === id) return [];
  if (found !== undefined) return [`task ${id}: the error has task ${found}`];
  if (isKnown || !(error instanceof SubmissionUnknownError)) return [`task ${id}: ${named(error)} without its handle`];
  return [];
}

function unsoldFaults(one: Case, played: Played, wish: number, outcome: Outcome): string[] {
  if (outcome.is === "video") return [`wish ${wish}: a video that nobody sold`];
  const { error } = outcome;
  // What fails before anything is sent may be a fault of the caller's, as it was thrown; its journal is asked before each try.
  const wasSent = played.posts.includes(wish) && !one.conducts.some(({ on }) => on === "begin");
  const isFine = error instanceof MiniMaxError || isOwnReason(played, error) || !wasSent;
  return isFine ? [] : [`wish ${wish}: ${named(error)} is no error of ours`];
}

/** The journal has the task, or says that it does not know. */
function journalFaults({ purchases, fates, thrown, outcomes }: Played): string[] {
  if (!fates || (thrown && outcomes.size === 0 && purchases.length === 0)) return [];
  const open = fates.filter((fate) => fate === "unknown" || fate === "sending").length;
  const lost = purchases.filter(({ id }) => !fates.some((fate) => typeof fate === "object" && fate.id === id));
  return lost.length > open ? [`the journal has lost ${lost.map(({ id }) => id)}`] : [];
}

function isOwnReason({ stopper }: Played, error: unknown): boolean {
  return stopper?.signal.aborted === true && Object.is(error, stopper.signal.reason);
}

/** How an outcome is counted. */
export function kindOf(played: Played, outcome: Outcome): string {
  if (outcome.is === "video") return "video";
  if (isOwnReason(played, outcome.error)) return "own reason";
  return outcome.error instanceof Error ? outcome.error.name : typeof outcome.error;
}

function named(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message.split("\n")[0]?.slice(0, 60)}` : typeof error;
  } catch {
    return "what cannot be read";
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
