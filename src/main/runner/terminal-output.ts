/** What a terminal may have printed before the person has seen it; then it has to wait. Characters. */
const highWater = 256 * 1024;
/** Below it the terminal goes on. */
const lowWater = 64 * 1024;
const intervalMs = 16;
const batchLength = 64 * 1024;

/** The way of one terminal's output to a window, with back-pressure. */
export interface TerminalOutput {
  push(text: string): void;
  shown(count: number): void;
  /** Sends what is left; nothing waits for the person any more. */
  end(): void;
}

/** Gathers output for 16 ms, sends at most 64 Ki characters at once, and pauses the source while 256 Ki are not shown. */
export function createTerminalOutput(send: (text: string) => void, source: { pause(): void; resume(): void }): TerminalOutput {
  let waiting: string[] = [];
  let waitingLength = 0;
  /** Sent, not shown. */
  let open = 0;
  let paused = false;
  let timer: NodeJS.Timeout | null = null;

  const flush = (): void => {
    timer = null;
    if (waitingLength === 0) return;
    const text = waiting.join("");
    const cut = text.length <= batchLength ? text.length : wholeCharacters(text, batchLength);
    waiting = cut === text.length ? [] : [text.slice(cut)];
    waitingLength = text.length - cut;
    open += cut;
    send(text.slice(0, cut));
    if (waitingLength > 0) timer = setTimeout(flush, intervalMs);
  };

  return {
    push(text) {
      waiting.push(text);
      waitingLength += text.length;
      timer ??= setTimeout(flush, intervalMs);
      if (!paused && open + waitingLength > highWater) {
        paused = true;
        source.pause();
      }
    },
    shown(count) {
      open = Math.max(0, open - count);
      if (!paused || open + waitingLength > lowWater) return;
      paused = false;
      source.resume();
    },
    end() {
      if (timer !== null) clearTimeout(timer);
      while (waitingLength > 0) {
        flush();
        if (timer !== null) clearTimeout(timer);
      }
      timer = null;
    },
  };
}

/** A place at most `length` characters on that is not between the halves of a surrogate pair. */
function wholeCharacters(text: string, length: number): number {
  const code = text.charCodeAt(length - 1);
  return code >= 0xd800 && code <= 0xdbff ? length - 1 : length;
}
