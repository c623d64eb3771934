export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether `for await` can read a value. */
export function isIterable(value: unknown): value is object {
  return typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

type Defined<T> = { [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name] } & {
  [Name in keyof T as undefined extends T[Name] ? Name : never]?: Exclude<T[Name], undefined>;
};

/** Copies an object without the fields that are undefined. */
export function defined<T extends object>(fields: T): Defined<T> {
  // The compiler does not know what fromEntries keeps.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}

export function nonEmptyString(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * Returns the value if it can be an id of the service. Ids are opaque: any printable text but "." and "..", which a URL would
 * drop.
 */
export function idFrom(value: unknown): string | undefined {
  const isId = typeof value === "string" && /^(?!\.{1,2}$|\s)\P{C}{1,512}(?<!\s)$/u.test(value);
  return isId ? value : undefined;
}

export function finiteNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The value if it is an array, else an empty array. */
export function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** How many levels of a request are read. */
const DEEPEST = 6;

/** Copies a value, so that its owner cannot change it while it is checked, sent and recorded. Class instances are not copied. */
export function snapshotOf<T>(value: T, depth = DEEPEST): T {
  if (typeof value !== "object" || value === null || depth === 0) return value;
  const inner = (item: unknown) => snapshotOf(item, depth - 1);
  // Both copies have the shape of what was copied.
  if (Array.isArray(value)) return value.map(inner) as T;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inner(item)])) as T;
}

/** Whether a value contains itself, or is nested more deeply than any request. */
export function isTooDeep(value: unknown, depth = DEEPEST): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  return depth === 0 || Object.values(value).some((item) => isTooDeep(item, depth - 1));
}
