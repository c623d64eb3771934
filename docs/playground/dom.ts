/** Helpers for the DOM. */

type Attributes = Record<string, string | number | boolean | undefined>;

/** Creates an element. True sets an attribute without a value. False and undefined omit it. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) made.setAttribute(attribute, value === true ? "" : String(value));
  made.append(...children);
  return made;
}

/** Finds the element with this id. @throws {Error} if there is none, or it has another type */
export function byId<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`The page has no ${type.name} #${id}`);
}

/** Finds the first element in a parent that matches a selector. @throws {Error} if there is none */
export function within(parent: ParentNode, selector: string): HTMLElement {
  const found = parent.querySelector<HTMLElement>(selector);
  if (found) return found;
  throw new Error(`The page has no ${selector}`);
}

/** Replaces the content of an element if its data has changed. Keeps the focus on the element with the same id. */
export function refill(parent: HTMLElement, shown: unknown, make: () => (Node | string)[]): void {
  const key = JSON.stringify(shown);
  if (filled.get(parent) === key) return;
  filled.set(parent, key);
  const focused = parent.contains(document.activeElement) ? document.activeElement?.id : undefined;
  parent.replaceChildren(...make());
  if (focused) document.getElementById(focused)?.focus();
}

/** The data that each element shows, as JSON. */
const filled = new WeakMap<HTMLElement, string>();

export function setAttribute(target: Element, name: string, value: string | undefined): void {
  if (value === undefined) target.removeAttribute(name);
  else target.setAttribute(name, value);
}
