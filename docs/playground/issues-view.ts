/** Shows the issues of a request, each at its field, and all of them in a list. */
import type { Issue } from "../../src/base/check-result.js";
import { byId, element, refill, setAttribute, within } from "./dom.js";

/** Shows each issue at its field, and the verdict. For an untouched form, shows only what to do first. */
export function showIssues(ok: boolean, found: readonly Issue[], isUntouched: boolean): void {
  const issues = isUntouched ? [] : found;
  for (const place of document.querySelectorAll<HTMLElement>("[data-field]")) {
    const fields = place.dataset.field?.split(" ") ?? [];
    const own = issues.filter(({ path }) => fields.includes(fieldOf(path)));
    const list = within(place, ".issues");
    list.id ||= `${fields[0]}-issues`;
    refill(list, own, () => own.map((issue) => element("li", { class: issue.severity }, mark(issue), issue.message)));
    const control = place.querySelector("input:not([type=radio]), textarea, select");
    if (!control) continue;
    setAttribute(control, "aria-invalid", own.some(({ severity }) => severity === "error") ? "true" : undefined);
    const hints = [...place.querySelectorAll<HTMLElement>(":scope > .hint[id], :scope > .counter[id]")].map(
      ({ id }) => id,
    );
    setAttribute(control, "aria-describedby", [...hints, ...(own.length > 0 ? [list.id] : [])].join(" ") || undefined);
  }
  const errors = issues.filter(({ severity }) => severity === "error").length;
  for (const id of ["verdict", "bar"]) {
    const place = byId(id, HTMLElement);
    place.className = isUntouched ? "" : ok ? "legal" : "illegal";
    place.textContent = isUntouched
      ? "Write a prompt to see whether the request is legal."
      : `${ok ? "Legal" : "Not legal yet"}${summary(errors, issues.length - errors)}`;
  }
  refill(byId("all-issues", HTMLUListElement), issues, () => issues.map(line));
}

/** Makes screen readers announce the verdict and all issues. Called only after a pause, not on every key. */
export function announce(): void {
  const [verdict, all] = [byId("verdict", HTMLElement), byId("all-issues", HTMLUListElement)];
  const lines = [verdict, ...all.children].map(({ textContent }) => textContent);
  byId("said", HTMLElement).textContent = lines.join(". ");
}

/** The form field that a path belongs to. */
function fieldOf(path: string): string {
  return path === "extra.prompt_expansion_mode" || path === "extra"
    ? "extra.prompt_expansion_mode"
    : (/^\w+/.exec(path)?.[0] ?? "");
}

function summary(errors: number, warnings: number): string {
  const counts = [counted(errors, "error"), counted(warnings, "warning")].filter(Boolean);
  return counts.length > 0 ? `: ${counts.join(", ")}` : "";
}

const counted = (count: number, noun: string) => (count === 0 ? "" : `${count} ${noun}${count === 1 ? "" : "s"}`);

function mark({ severity }: Issue): HTMLElement {
  return element("strong", {}, `${severity === "error" ? "Error" : "Warning"}: `);
}

/** An issue in the list. Its field is a button that jumps to it. */
function line(issue: Issue): HTMLElement {
  const { path, message, severity } = issue;
  if (path === "") return element("li", { class: severity }, mark(issue), message);
  const target = [...document.querySelectorAll<HTMLElement>("[data-field]")].find((place) =>
    place.dataset.field?.split(" ").includes(fieldOf(path)),
  );
  const name = target ? element("button", { type: "button", class: "plain" }, path) : element("code", {}, path);
  name.addEventListener("click", () => {
    const control = target?.querySelector<HTMLElement>("[tabindex='0'], input:checked, input, textarea, select");
    target?.scrollIntoView({ block: "center" });
    control?.focus({ preventScroll: true });
  });
  return element("li", { class: severity }, mark(issue), name, ` ${message}`);
}
