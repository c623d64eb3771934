/** The durations and resolutions as a grid that arrow keys navigate. Each illegal cell shows why. */
import { amountText } from "../../src/base/check-result.js";
import { byId, element, refill, within } from "./dom.js";
import type { Examined, MatrixCell } from "./examine.js";

export interface Chosen {
  duration: unknown;
  resolution: unknown;
}

/** Shows the grid, or hides it if there is nothing to choose. */
export function showMatrix(
  { durations, resolutions, matrix }: Examined,
  chosen: Chosen,
  onChoose: (cell: MatrixCell) => void,
): void {
  const section = byId("matrix", HTMLElement);
  section.hidden = matrix.length === 0;
  const table = within(section, "table");
  const currency = matrix.find(({ cost }) => cost)?.cost?.currency;
  const prices = currency ? `List prices in ${currency}, if documented. ` : "";
  byId("matrix-hint", HTMLElement).textContent = `${prices}Move with the arrow keys, choose with Enter.`;
  refill(table, [durations, resolutions, matrix], () => {
    const head = element(
      "tr",
      { role: "row" },
      element("th", { role: "columnheader" }, element("span", { class: "unseen" }, "Length")),
      ...resolutions.map((size) => element("th", { scope: "col", role: "columnheader" }, size ?? "Default")),
    );
    const rows = durations.map((duration) => {
      const cells = matrix.filter((cell) => cell.duration === duration).map((cell) => gridCell(cell, onChoose));
      return element(
        "tr",
        { role: "row" },
        element("th", { scope: "row", role: "rowheader" }, duration === undefined ? "Default" : `${duration} s`),
        ...cells,
      );
    });
    return [element("thead", {}, head), element("tbody", {}, ...rows)];
  });
  const cells = [...table.querySelectorAll<HTMLElement>("[role=gridcell]")];
  const isChosen = (cell: HTMLElement) => cell.id === idOf(chosen);
  const entry = cells.find((cell) => cell === document.activeElement) ?? cells.find(isChosen) ?? cells[0];
  for (const cell of cells) {
    cell.setAttribute("aria-selected", String(isChosen(cell)));
    cell.tabIndex = cell === entry ? 0 : -1;
  }
}

const idOf = ({ duration, resolution }: Chosen) => `cell-${duration ?? "default"}-${resolution ?? "default"}`;

function gridCell(cell: MatrixCell, onChoose: (cell: MatrixCell) => void): HTMLElement {
  const { reason, cost } = cell;
  const id = idOf(cell);
  const content =
    reason === undefined
      ? [cost ? amountText(cost).replace(` ${cost.currency}`, "") : "legal"]
      : [element("span", { "aria-hidden": "true" }, "–"), element("span", { class: "unseen" }, `not legal: ${reason}`)];
  const made = element(
    "td",
    {
      id,
      role: "gridcell",
      tabindex: -1,
      "aria-disabled": reason === undefined ? undefined : "true",
      "aria-selected": "false",
    },
    ...content,
  );
  const explain = () => {
    byId("matrix-reason", HTMLElement).textContent = reason === undefined ? "" : `${titleOf(cell)}: ${reason}`;
  };
  const choose = () => (reason === undefined ? onChoose(cell) : explain());
  made.addEventListener("click", () => {
    made.focus();
    choose();
  });
  made.addEventListener("focus", explain);
  made.addEventListener("mouseenter", explain);
  made.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") choose();
    else if (!move(made, event.key)) return;
    event.preventDefault();
  });
  return made;
}

function titleOf({ duration, resolution }: MatrixCell): string {
  return `${duration === undefined ? "Default length" : `${duration} s`} at ${resolution ?? "the default size"}`;
}

/** Moves the focus with a key. Returns false for other keys. */
function move(cell: HTMLElement, key: string): boolean {
  const row = cell.parentElement;
  const inRow = row ? gridCellsIn(row) : [];
  const at = inRow.indexOf(cell);
  const vertical =
    key === "ArrowUp" ? row?.previousElementSibling : key === "ArrowDown" ? row?.nextElementSibling : undefined;
  const targets: Record<string, HTMLElement | undefined> = {
    ArrowLeft: inRow[at - 1],
    ArrowRight: inRow[at + 1],
    Home: inRow[0],
    End: inRow.at(-1),
    ArrowUp: vertical ? gridCellsIn(vertical)[at] : undefined,
    ArrowDown: vertical ? gridCellsIn(vertical)[at] : undefined,
  };
  if (!(key in targets)) return false;
  const target = targets[key];
  if (target) {
    cell.tabIndex = -1;
    target.tabIndex = 0;
    target.focus();
  }
  return true;
}

const gridCellsIn = (row: Element) => [...row.querySelectorAll<HTMLElement>("[role=gridcell]")];
