import type { AttentionKind } from "../../protocol/settings.ts";

/** Pitch in Hz and start in s of each note: rising asks, one says done, falling says failed. */
const notes: Readonly<Record<AttentionKind, readonly (readonly [hz: number, at: number])[]>> = {
  needsYou: [
    [659, 0],
    [880, 0.13],
  ],
  done: [[784, 0]],
  failed: [
    [440, 0],
    [330, 0.15],
  ],
};

const noteSeconds = 0.32;
const loudness = 0.12;

/** Plays a short tone that is made here; resolves when it is over. */
export async function playTone(kind: AttentionKind): Promise<void> {
  const context = new AudioContext();
  try {
    const ends = notes[kind].map(
      ([hz, at]) =>
        new Promise<void>((resolve) => {
          const oscillator = new OscillatorNode(context, { type: "sine", frequency: hz });
          const volume = new GainNode(context, { gain: 0 });
          const start = context.currentTime + at;
          volume.gain.setValueAtTime(0, start);
          volume.gain.linearRampToValueAtTime(loudness, start + 0.015);
          volume.gain.exponentialRampToValueAtTime(0.001, start + noteSeconds);
          oscillator.connect(volume).connect(context.destination);
          oscillator.addEventListener("ended", () => resolve());
          oscillator.start(start);
          oscillator.stop(start + noteSeconds);
        }),
    );
    await Promise.all(ends);
  } finally {
    await context.close();
  }
}
