/** coda's clock: that of the device may be wrong. */

let offsetMs = 0;

/** `now`: an instant that coda has just told. */
export function setClock(now: string): void {
  offsetMs = Date.parse(now) - Date.now();
}

export const now = (): Date => new Date(Date.now() + offsetMs);
