/** The little that the page asks of the document. */

type Attributes = Record<string, string | number | boolean | undefined>;

/** An element with attributes. True stands for an attribute without a value; one that is false or undefined is left out. */
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

/** The element of the page with this id. @throws {Error} if there is none, or one of another type */
export function byId<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`The page has no ${type.name} #${id}`);
}

/** The first element within another that a selector finds. @throws {Error} if there is none */
export function within(parent: ParentNode, selector: string): HTMLElement {
  const found = parent.querySelector<HTMLElement>(selector);
  if (found) return found;
  throw new Error(`The page has no ${selector}`);
}

/** Fills an element anew if what it shows has changed. Keeps the focus where it was, by the id of what had it. */
export function refill(parent: HTMLElement, shown: unknown, make: () => (Node | string)[]): void {
  const key = JSON.stringify(shown);
  if (filled.get(parent) === key) return;
  filled.set(parent, key);
  const focused = parent.contains(document.activeElement) ? document.activeElement?.id : undefined;
  parent.replaceChildren(...make());
  if (focused) document.getElementById(focused)?.focus();
}

/** By element: what it shows, as JSON. */
const filled = new WeakMap<HTMLElement, string>();

export function setAttribute(target: Element, name: string, value: string | undefined): void {
  if (value === undefined) target.removeAttribute(name);
  else target.setAttribute(name, value);
}
