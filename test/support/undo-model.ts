/**
 * What files must hold after patches, undos and redos, told another way than the journal does it: whole pictures of every
 * file's pile of patches are kept, nothing is replayed. Contents are texts; null is no file.
 */
interface Patch {
  readonly callId: string;
  readonly before: string | null;
  readonly after: string | null;
}
interface Picture {
  readonly pile: readonly Patch[];
  readonly text: string | null;
}
interface Undo {
  readonly callIds: ReadonlySet<string>;
  readonly back: Set<string>;
  readonly found: ReadonlyMap<string, Picture>;
  readonly left: ReadonlyMap<string, Picture>;
  readonly forced: ReadonlySet<string>;
}

type Outcome = "done" | "nothing" | "changed" | "order";

export class UndoModel {
  readonly files = new Map<string, Picture>();
  private readonly calls = new Map<string, "stands" | Undo>();
  private undos: Undo[] = [];

  text(name: string): string | null {
    return this.files.get(name)?.text ?? null;
  }

  standing(): string[] {
    return [...this.calls].flatMap(([callId, state]) => (state === "stands" ? [callId] : []));
  }

  undone(): string[] {
    return [...this.calls].flatMap(([callId, state]) => (state === "stands" ? [] : [callId]));
  }

  patch(callId: string, changes: Readonly<Record<string, string | null>>): void {
    this.calls.set(callId, "stands");
    for (const [name, after] of Object.entries(changes)) {
      const pile = this.files.get(name)?.pile ?? [];
      this.files.set(name, { pile: [...pile, { callId, before: this.text(name), after }], text: after });
    }
  }

  edit(name: string, text: string | null): void {
    this.files.set(name, { pile: this.files.get(name)?.pile ?? [], text });
  }

  undo(wanted: readonly string[], force: boolean): Outcome {
    const taken = new Set(wanted.filter((callId) => this.calls.get(callId) === "stands"));
    if (taken.size === 0) return "nothing";
    const [found, left, forced] = [new Map<string, Picture>(), new Map<string, Picture>(), new Set<string>()];
    for (const [name, picture] of this.files) {
      const bottom = picture.pile.findIndex(({ callId }) => taken.has(callId));
      if (bottom === -1) continue;
      const above = picture.pile.slice(bottom);
      // A file that happens to hold again what the patch left counts as unchanged.
      let { text } = picture;
      let isClean = true;
      for (const patch of above.toReversed()) {
        if (!taken.has(patch.callId)) continue;
        if (text !== patch.after) isClean = false;
        text = patch.before;
      }
      if (!isClean) forced.add(name);
      found.set(name, picture);
      left.set(name, { pile: picture.pile.slice(0, bottom), text: above[0]?.before ?? null });
    }
    if (forced.size > 0 && !force) return "changed";
    const undo: Undo = { callIds: taken, back: new Set(), found, left, forced };
    this.undos.push(undo);
    for (const callId of taken) this.calls.set(callId, undo);
    for (const [name, picture] of left) this.files.set(name, picture);
    return "done";
  }

  redo(wanted: readonly string[], force: boolean): Outcome {
    const taken = new Set(wanted.filter((callId) => (this.calls.get(callId) ?? "stands") !== "stands"));
    if (taken.size === 0) return "nothing";
    const next = new Map(this.files);
    let isChanged = false;
    for (const undo of this.undos.toReversed()) {
      const own = [...undo.callIds].filter((callId) => taken.has(callId) && this.calls.get(callId) === undo);
      if (own.length === 0) continue;
      const isWhole = own.length === undo.callIds.size && undo.back.size === 0;
      for (const [name, found] of undo.found) {
        const now = next.get(name) ?? { pile: [], text: null };
        const left = undo.left.get(name) ?? now;
        if (isWhole) {
          if (JSON.stringify(now.pile) !== JSON.stringify(left.pile)) return "order";
          if (now.text !== left.text) isChanged = true;
          next.set(name, found);
          continue;
        }
        const again = found.pile.slice(now.pile.length).filter(({ callId }) => own.includes(callId));
        if (!found.pile.slice(left.pile.length).some(({ callId }) => own.includes(callId))) continue;
        if (undo.forced.has(name)) return "order";
        const pile = [...now.pile, ...again];
        if (JSON.stringify(pile) !== JSON.stringify(found.pile.slice(0, pile.length))) return "order";
        let { text } = now;
        for (const patch of again) {
          if (text !== patch.before) isChanged = true;
          text = patch.after;
        }
        next.set(name, { pile, text });
      }
    }
    if (isChanged && !force) return "changed";
    for (const [name, picture] of next) this.files.set(name, picture);
    for (const callId of taken) {
      const undo = this.calls.get(callId);
      if (undo !== undefined && undo !== "stands") undo.back.add(callId);
      this.calls.set(callId, "stands");
    }
    return "done";
  }
}
