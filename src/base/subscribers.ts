import type { Log } from './log.ts';

/** Subscribers of channels in this process. */
export class Subscribers {
  private readonly channels = new Map<string, Set<(payload: string) => void>>();
  private readonly log: Log;

  constructor(log: Log) {
    this.log = log;
  }

  /** True when it is the channel's first. */
  add(channel: string, heard: (payload: string) => void): boolean {
    const all = this.channels.get(channel) ?? new Set();
    this.channels.set(channel, all);
    return all.add(heard).size === 1;
  }

  /** True when it was the channel's last. */
  remove(channel: string, heard: (payload: string) => void): boolean {
    const all = this.channels.get(channel);
    if (!all?.delete(heard) || all.size > 0) return false;
    return this.channels.delete(channel);
  }

  /** Calls every subscriber of the channel; what one throws is logged. */
  tell(channel: string, payload: string): void {
    for (const heard of this.channels.get(channel) ?? []) {
      try {
        heard(payload);
      } catch (error) {
        this.log.error({ err: error, channel }, 'a subscriber threw');
      }
    }
  }

  names(): string[] {
    return [...this.channels.keys()];
  }
}
