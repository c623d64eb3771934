import type { Cost, Issue } from "../base/check-result.js";
import type { Server } from "../base/server.js";
import type { RequestName, Validator } from "../generated/validators.js";

/** How requests of one kind are checked and sent. Loaded with the first such request. */
export interface RequestRules {
  /** Absent if requests are sent as they are written. */
  toWire?(request: Record<string, unknown>): WireRequest;
  /** The mode that a body evidently means. */
  modeOf(body: Record<string, unknown>, server: Server): RequestName;
  /** Undefined if the server does not document the mode. */
  validatorOf(mode: RequestName, server: Server): Promise<Validator | undefined>;
  wording?(mode: RequestName, wire: WireRequest, server: Server): Wording;
  /** Warnings about what the schema accepts although it is likely a mistake. Those on a field that it refuses are dropped. */
  advise(body: Record<string, unknown>, server: Server, mode: RequestName): Issue[];
  /** The list price; undefined if no list has one. Never an estimate. */
  priceOf?(body: Record<string, unknown>, server: Server, mode: RequestName): Cost | undefined;
}

/** A request as it is sent. */
export interface WireRequest {
  readonly body: Record<string, unknown>;
  /** Restates an issue of the body for the request that was written. Absent if the two have the same fields. */
  restate?(issue: Issue, mode: RequestName): Issue;
}

/** How to word the findings of a validator. */
export interface Wording {
  /** What the model of the request offers, added to the errors of its tier. */
  offers?: string;
  /** The values that fields take for this server and model, if they may be fewer than those of the official schema. */
  choices?: Record<string, readonly unknown[]> | undefined;
  /** The known fields, if they differ from those of the schema. */
  known?: readonly string[];
  /** What a counting rule expects, by the `schemaPath` of its error. */
  wanted?: Record<string, string>;
}
