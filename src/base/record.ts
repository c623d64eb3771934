export type Fields = Record<string, unknown>;

export function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a plain object or an instance of a class, and not one of the platform, such as a Map or a promise. */
export function isOfFields(value: unknown): value is Fields {
  return /^\[object (Object|Module)\]$/.test(Object.prototype.toString.call(value));
}

/** Whether `for await` can read a value. */
export function isIterable(value: unknown): value is object {
  return typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

type Defined<T> = { [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name] } & {
  [Name in keyof T as undefined extends T[Name] ? Name : never]?: Exclude<T[Name], undefined>;
};

export function defined<T extends object>(fields: T): Defined<T> {
  // Not a loop that assigns: a field may be named __proto__. The compiler does not know what fromEntries keeps.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}

export const arrayOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const nonEmptyString = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

/** The value if it can be an id of the service. Ids are opaque: any printable text but "." and "..", which a URL would drop. */
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

/** How many levels of a request are read. */
const DEEPEST = 6;

/**
 * A plain copy of a value, which its owner cannot change while it is checked and sent. Includes accessors and inherited fields, which
 * JSON would leave out after they were checked. Media, promises and platform objects are not copied.
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

/** Whether a value contains itself, or is nested more deeply than any request. */
export function isTooDeep(value: unknown, depth = DEEPEST): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  return depth === 0 || Object.values(value).some((item) => isTooDeep(item, depth - 1));
}
