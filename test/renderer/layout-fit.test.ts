import { describe, expect, it } from "vitest";
import { draggedWidths, fitPanels, fittingWidths, overConversation, type Panels, withPanel } from "../../src/renderer/state/layout-fit.ts";

const panels = (text: string): Panels => ({
  sidebarOpen: text.includes("S"),
  reviewOpen: text.includes("R"),
  aside: { sidebar: text.includes("s"), review: text.includes("r") },
});
const words = ({ sidebarOpen, reviewOpen, aside }: Panels): string =>
  `${sidebarOpen ? "S" : ""}${reviewOpen ? "R" : ""}${aside.sidebar ? "s" : ""}${aside.review ? "r" : ""}`;

describe("panels beside the conversation", () => {
  it.each([
    // width, open, over the conversation
    [960, "SR", null],
    [959, "SR", "sidebar"],
    [740, "SR", "sidebar"],
    [739, "SR", "review"],
    [740, "R", null],
    [739, "R", "review"],
    [580, "S", null],
    [579, "S", "sidebar"],
    [100, "", null],
  ] as const)("at %i px with %s open, over it lies: %s", (width, open, over) => {
    expect(overConversation(width, panels(open))).toBe(over);
  });

  it("are closed when the window gets smaller, and come back when there is room again", () => {
    let now = panels("SR");
    const seen = [1280, 900, 700, 512, 700, 900, 1280].map((width) => words((now = fitPanels(width, now))));
    expect(seen).toEqual(["SR", "Rs", "Sr", "sr", "Sr", "Rs", "SR"]);
    expect(fitPanels(1280, panels(""))).toEqual(panels(""));
  });

  it("what a person opens is shown, and the other one makes room", () => {
    const open = (width: number, from: string, name: "sidebar" | "review") => words(withPanel(width, panels(from), name, true));
    expect(open(1280, "S", "review")).toBe("SR");
    expect(open(900, "S", "review")).toBe("Rs");
    expect(open(900, "R", "sidebar")).toBe("SR");
    expect(open(640, "S", "review")).toBe("SR");
    expect(open(640, "R", "sidebar")).toBe("S");
    expect(open(512, "S", "review")).toBe("R");
    expect(open(512, "Ss", "review")).toBe("Rs");
    expect(open(512, "R", "sidebar")).toBe("S");
    expect(open(512, "r", "review")).toBe("Rr");
  });

  it("what a person closes stays closed, and what it took the room of comes back", () => {
    expect(words(withPanel(900, panels("Rs"), "review", false))).toBe("S");
    expect(words(withPanel(512, panels("Rs"), "review", false))).toBe("s");
    expect(words(fitPanels(1280, withPanel(1280, panels("S"), "sidebar", false)))).toBe("");
  });

  it("a look over the conversation changes nothing of what a larger window shows", () => {
    const look = withPanel(512, withPanel(512, fitPanels(512, panels("S")), "sidebar", true), "sidebar", false);
    expect([words(look), words(fitPanels(1280, look))]).toEqual(["s", "S"]);
    const other = withPanel(512, withPanel(512, fitPanels(512, panels("S")), "review", true), "review", false);
    expect([words(other), words(fitPanels(1280, other))]).toEqual(["s", "S"]);
  });

  it.each([512, 580, 640, 740, 853, 900, 959, 960, 1024, 1280, 1680])("fit into %i px with every choice", (width) => {
    for (const text of ["", "S", "R", "SR", "sr", "Sr", "Rs"]) {
      const fitting = fitPanels(width, panels(text));
      expect(overConversation(width, fitting)).toBeNull();
      const { sidebar, review } = fittingWidths(width, { sidebarWidth: 360, reviewWidth: 900, sidebarOpen: fitting.sidebarOpen });
      const used = (fitting.sidebarOpen ? sidebar : 0) + (fitting.reviewOpen ? review : 0);
      expect(width - used).toBeGreaterThanOrEqual(Math.min(width, 360));
    }
  });
});

describe("a dragged separator", () => {
  const wanted = { sidebarWidth: 272, reviewWidth: 590, sidebarOpen: true };
  const widths = (width: number) => fittingWidths(width, wanted);

  it("remembers its own panel, and not the width that a small window forces on the other one", () => {
    for (const width of [1024, 1280]) {
      const { sidebar, review } = widths(width);
      expect(draggedWidths(width, wanted, { sidebar: sidebar + 0.4, review: review + 5.4 })).toEqual({ reviewWidth: review + 5 });
      expect(draggedWidths(width, wanted, { sidebar: sidebar + 7, review: review - 0.4 })).toEqual({ sidebarWidth: sidebar + 7 });
    }
  });

  it("remembers nothing of a panel that is not there", () => {
    expect(draggedWidths(1280, { ...wanted, sidebarOpen: false }, { sidebar: null, review: 500 })).toEqual({ reviewWidth: 500 });
    expect(draggedWidths(1680, wanted, { sidebar: 300, review: null })).toEqual({ sidebarWidth: 300 });
  });
});
