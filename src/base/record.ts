export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a plain object or an instance of a class, and not one of the platform, such as a Map or a promise. */
export function isOfFields(value: unknown): value is Record<string, unknown> {
  return /^\[object (Object|Module)\]$/.test(Object.prototype.toString.call(value));
}

/** Whether `for await` can read a value. */
export function isIterable(value: unknown): value is object {
  return typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

type Defined<T> = { [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name] } & {
  [Name in keyof T as undefined extends T[Name] ? Name : never]?: Exclude<T[Name], undefined>;
};

/** A copy without the fields that are undefined. */
export function defined<T extends object>(fields: T): Defined<T> {
  // The compiler does not know what fromEntries keeps.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}

export function nonEmptyString(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** An id that a service gave. It is opaque: any text that can be shown and can stand in a URL, which drops "." and "..". */
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

/** No request is read deeper than this. */
const DEEPEST = 6;

/**
 * A plain copy that its owner cannot change while it is checked, sent and recorded. It has the accessors and inherited fields of its
 * objects too, which JSON would leave out after they were checked. Media, promises and objects of the platform are shared.
 */
export function snapshotOf<T>(value: T, depth = DEEPEST): T {
  if (typeof value !== "object" || value === null || depth === 0) return value;
  const inner = (item: unknown) => snapshotOf(item, depth - 1);
  // Both copies have the shape of what was copied. A gap in a list becomes undefined.
  if (Array.isArray(value)) return Array.from(value, inner) as T;
  if (!isOfFields(value) || typeof (value.open ?? value.then) === "function") return value;
  return Object.fromEntries([...fieldNamesOf(value)].map((name) => [name, inner(value[name])])) as T;
}

function fieldNamesOf(value: object): Set<string> {
  const names = Object.keys(value);
  // The last prototype is that of all objects.
  for (let at = Object.getPrototypeOf(value); at && Object.getPrototypeOf(at); at = Object.getPrototypeOf(at))
    for (const [name, { get, enumerable }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
      if (get || enumerable) names.push(name);
  return new Set(names);
}

/** Whether a value contains itself, or objects nested deeper than any request has them. */
export function isTooDeep(value: unknown, depth = DEEPEST): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  return depth === 0 || Object.values(value).some((item) => isTooDeep(item, depth - 1));
}
