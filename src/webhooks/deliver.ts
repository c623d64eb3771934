import type { MiniMax } from "../client.js";
import type { TaskStatus } from "../engine/status.js";
import type { TaskKind } from "../task.js";
import { andThen, isLater, type MaybeLater } from "./later.js";
import { claim, markOf, type WebhookStore } from "./store.js";

/** What became of a status: only "failed" and "unconfirmed" may be told again, and are then tried again. */
export type Outcome = "delivered" | "known" | "unconfirmed" | "failed";

export interface DeliveryOptions {
  onStatus: (status: TaskStatus, about: { kind: TaskKind }) => unknown;
  client: Pick<MiniMax, "callbacks"> | undefined;
  confirm: boolean;
  store: WebhookStore;
  onError: (error: unknown) => void;
}

/** Brings a status to the user: once, never backwards, and an end only when it is confirmed. Never rejects. */
export type Delivery = (status: TaskStatus, kind: TaskKind) => MaybeLater<Outcome>;

export function createDelivery({ onStatus, client, confirm, store, onError }: DeliveryOptions): Delivery {
  const inTurn = createTurns();

  return (status, kind) => {
    const { taskId } = status;
    // In line, so that of two reports of one end the second takes over where the first one came too early.
    const judged = inTurn(taskId, () => attempt(status, () => newsOf(status, kind)));
    return andThen(judged, (news) => (typeof news === "string" ? news : attempt(status, () => handed(news, kind))));
  };

  /** What the user shall hear; or why nothing. */
  function newsOf(status: TaskStatus, kind: TaskKind): MaybeLater<TaskStatus | Outcome> {
    return andThen(claim(store, status), (isNew) => {
      if (!isNew) return "known";
      if (confirm && status.state !== "running") return confirmed(status, kind);
      client?.callbacks.heard(status, { kind, confirm: false }).catch(onError);
      return status;
    });
  }

  async function confirmed(status: TaskStatus, kind: TaskKind): Promise<TaskStatus | Outcome> {
    const news = await client?.callbacks.heard(status, { kind });
    if (news && news.state !== "running") return news;
    await store.remove(status.taskId, markOf(status));
    return "unconfirmed";
  }

  function handed(news: TaskStatus, kind: TaskKind): MaybeLater<Outcome> {
    return andThen(onStatus(news, { kind }), () => "delivered");
  }

  /** What is done; or that it failed, and is nobody's any more. */
  function attempt<T>(status: TaskStatus, work: () => MaybeLater<T | Outcome>): MaybeLater<T | Outcome> {
    try {
      const done = work();
      return isLater(done) ? done.catch((error) => failed(status, error)) : done;
    } catch (error) {
      return failed(status, error);
    }
  }

  async function failed(status: TaskStatus, error: unknown): Promise<Outcome> {
    onError(error);
    await Promise.resolve(store.remove(status.taskId, markOf(status))).catch(onError);
    return "failed";
  }
}

/** One after the other for each task; at once where nobody is before. */
function createTurns() {
  const last = new Map<string, Promise<unknown>>();
  return <T>(taskId: string, work: () => MaybeLater<T>): MaybeLater<T> => {
    const before = last.get(taskId);
    const turn = before ? before.then(work, work) : work();
    if (!isLater(turn)) return turn;
    const leave = () => last.get(taskId) === turn && last.delete(taskId);
    last.set(taskId, turn);
    turn.then(leave, leave);
    return turn;
  };
}
