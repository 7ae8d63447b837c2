import { beforeEach, describe, expect, it, vi } from "vitest";

const kept = new Map<string, string>();
const page = { innerWidth: 1680, addEventListener: vi.fn(), removeEventListener: vi.fn() };

async function fresh() {
  vi.resetModules();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  vi.stubGlobal("window", page);
  const layout = await import("../../src/renderer/state/layout.ts");
  layout.followLayout();
  return layout;
}
const shown = ({ useLayout }: Awaited<ReturnType<typeof fresh>>) => {
  const { sidebarOpen, reviewOpen, sidebarWidth, terminalHeight, diffStyle } = useLayout.getState();
  return { sidebarOpen, reviewOpen, sidebarWidth, terminalHeight, diffStyle };
};
const usual = { sidebarOpen: true, reviewOpen: false, sidebarWidth: 272, terminalHeight: 260, diffStyle: "unified" };

beforeEach(() => {
  kept.clear();
  page.innerWidth = 1680;
});

describe("the layout", () => {
  it("is remembered for each project, the terminal's height included", async () => {
    let layout = await fresh();
    layout.openLayout("/a");
    layout.toggleSidebar();
    layout.useLayout.setState({ terminalHeight: 333, diffStyle: "split" });
    layout.openLayout("/b");
    expect(shown(layout)).toEqual(usual);
    layout.useLayout.setState({ sidebarWidth: 300 });

    layout = await fresh();
    layout.openLayout("/a");
    expect(shown(layout)).toEqual({ ...usual, sidebarOpen: false, terminalHeight: 333, diffStyle: "split" });
    layout.openLayout("/b");
    expect(shown(layout)).toEqual({ ...usual, sidebarWidth: 300 });
  });

  it("begins with what was kept for all projects together, and with the usual where that is damaged", async () => {
    kept.set("spindle.layout", JSON.stringify({ state: { sidebarWidth: 350, reviewOpen: true, terminalHeight: "x" }, version: 1 }));
    let layout = await fresh();
    layout.openLayout("/a");
    expect(shown(layout)).toEqual({ ...usual, sidebarWidth: 350, reviewOpen: true });
    kept.set("spindle.layout:/a", "{");
    kept.delete("spindle.layout");
    layout = await fresh();
    layout.openLayout("/a");
    expect(shown(layout)).toEqual(usual);
  });

  it("forgets nothing because a window was small", async () => {
    const wide = await fresh();
    wide.openLayout("/a");
    wide.openReview();
    page.innerWidth = 512;
    const small = await fresh();
    small.openLayout("/a");
    expect(shown(small)).toMatchObject({ sidebarOpen: false, reviewOpen: false });
    small.showFreshPatch();
    expect(shown(small)).toMatchObject({ reviewOpen: false });
    small.toggleReview();
    expect(shown(small)).toMatchObject({ sidebarOpen: false, reviewOpen: true });
    small.closeOverlay("sidebar");
    expect(shown(small)).toMatchObject({ reviewOpen: true });
    small.jumpToCall("c1");
    expect(shown(small)).toMatchObject({ reviewOpen: false });
    page.innerWidth = 1680;
    const again = await fresh();
    again.openLayout("/a");
    expect(shown(again)).toMatchObject({ sidebarOpen: true });
  });

  it("keeps the patch that is reviewed while the panel has to make room, and forgets it when the panel is closed", async () => {
    const { useLayout, openReview, toggleReview } = await fresh();
    openReview({ callId: "c1", file: "a.ts" });
    const resize = page.addEventListener.mock.lastCall?.[1] as () => void;
    for (const width of [700, 1680]) {
      page.innerWidth = width;
      resize();
      expect(useLayout.getState()).toMatchObject({ reviewCall: "c1", reviewFile: "a.ts" });
    }
    toggleReview();
    expect(useLayout.getState()).toMatchObject({ reviewOpen: false, reviewCall: null, reviewFile: null });
  });
});
