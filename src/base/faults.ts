/** A fault, without texts of people: names and codes of coda's own only. */
export interface Fault {
  /** The kind of part: `model`, `tool`, `job`, `delivery`, `storage`. */
  source: string;
  /** The part: `anthropic/claude-sonnet-4-5`, `web_read`, `retention`, `discord`. */
  kind: string;
  /** Stable: a fault of the taxonomy or a code of `ERRORS`. */
  code: string;
}

export interface CountedFault extends Fault {
  count: number;
  lastAt: Date;
}

const MOST_KINDS = 500;
const LONGEST_NAME = 100;

export class FaultBook {
  private counted = new Map<string, CountedFault>();
  private noted: () => void = () => {};

  /** Counts `times` more. Never throws. */
  note({ source, kind, code }: Fault, at: Date, times = 1): void {
    const fault = { source, kind: kind.slice(0, LONGEST_NAME), code: code.slice(0, LONGEST_NAME) };
    const key = JSON.stringify(Object.values(fault));
    const entry = this.counted.get(key);
    if (entry) {
      entry.count += times;
      entry.lastAt = at;
    } else if (this.counted.size < MOST_KINDS) this.counted.set(key, { ...fault, count: times, lastAt: at });
    this.noted();
  }

  take(): CountedFault[] {
    const faults = [...this.counted.values()];
    this.counted = new Map();
    return faults;
  }

  follow(fn: () => void): void {
    this.noted = fn;
  }
}
