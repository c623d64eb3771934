import type { Cost } from "../base/check-result.js";
import type { Video, VideoTask } from "../base/task.js";
import { EXIT } from "./exit.js";
import { secondsOf } from "./movie.js";
import { amountText, priceText, printJson, sizeText } from "./report.js";
import type { Session } from "./session.js";

/** A video in its place. */
export interface Fetched extends Pick<Video, "taskId"> {
  task: VideoTask;
  path: string;
  bytes: number;
  seconds?: number;
  width?: number;
  height?: number;
  fileId?: string;
}

/** What was paid in this run, as far as it is known. */
export type Price = { cost: Cost | undefined };

/** The facts of a video that lies there; without a `video` only what its file tells. */
export async function fetched(
  path: string,
  bytes: number,
  video: Pick<Video, "task"> & Partial<Video>,
): Promise<Fetched> {
  const { task, fileId, width, height } = video;
  const seconds = await secondsOf(path);
  return {
    taskId: task.id,
    task,
    path,
    bytes,
    ...(seconds ? { seconds } : {}),
    ...(width ? { width } : {}),
    ...(height ? { height } : {}),
    ...(fileId === undefined ? {} : { fileId }),
  };
}

/** Says what lies where, and prints the path. Gives the exit code. */
export function printSaved(video: Fetched, session: Session, price?: Price): number {
  const { io, json, progress, mock } = session;
  const { path, bytes, width, height, seconds, taskId, fileId, task } = video;
  const paid = price && (mock ? mockPrice(price.cost) : priceText(price.cost));
  progress.say(`${savedLine(video)}${paid ? `, ${paid}` : ""}`);
  if (json) printJson(io, { path, bytes, width, height, seconds, taskId, fileId, cost: price?.cost, mock, task });
  else io.stdout.write(`${path}\n`);
  return EXIT.done;
}

/** "Saved fox.mp4: 29.5 kB, 1366 x 768, 6.0 s, task 176843862716480". */
export function savedLine({ path, bytes, width, height, seconds, taskId }: Fetched): string {
  const facts = [
    sizeText(bytes),
    ...(width && height ? [`${width} x ${height}`] : []),
    ...(seconds ? [`${seconds.toFixed(1)} s`] : []),
    `task ${taskId}`,
  ];
  return `Saved ${path}: ${facts.join(", ")}`;
}

function mockPrice(cost: Cost | undefined): string {
  return cost ? `free here (MiniMax lists ${amountText(cost)})` : "free here";
}
