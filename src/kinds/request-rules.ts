import type { Cost, Issue } from "../base/check-result.js";
import type { Fields } from "../base/record.js";
import type { Server } from "../base/server.js";
import type { RequestName, Validator } from "../generated/validators.js";

/** How requests of one kind are checked and sent. Loaded when the first such request is made. */
export interface RequestRules {
  /** Absent if requests are sent as they are written. */
  toWire?(request: Fields): WireRequest;
  /** The mode that a body was evidently meant for. */
  modeOf(body: Fields, server: Server): RequestName;
  /** Undefined if the server does not document the mode. */
  validatorOf(mode: RequestName, server: Server): Promise<Validator | undefined>;
  wording?(mode: RequestName, wire: WireRequest, server: Server): Wording;
  /** Warnings about likely mistakes that the schema accepts. Warnings on a field that the schema refuses are dropped. */
  advise(body: Fields, server: Server, mode: RequestName): Issue[];
  /** The list price, or undefined if no list has one. Never an estimate. */
  priceOf?(body: Fields, server: Server, mode: RequestName): Cost | undefined;
}

/** A request as it is sent. */
export interface WireRequest {
  readonly body: Fields;
  /** Restates an issue of the body in terms of the caller's request. Absent if both have the same fields. */
  restate?(issue: Issue, mode: RequestName): Issue;
}

/** Details for the messages about what a validator found. */
export interface Wording {
  /** What the model of the request offers. Added to errors about duration and resolution. */
  offers?: string;
  /** The values that fields accept for this server and model, if there may be fewer than in the official schema. */
  choices?: Record<string, readonly unknown[]> | undefined;
  /** The known fields, if they differ from those of the schema. */
  known?: readonly string[];
  /** What a rule that counts items expects, by the `schemaPath` of its error. */
  wanted?: Record<string, string>;
}
