/** Who listens to which channel in this process. */
export class Listeners {
  private readonly channels = new Map<string, Set<(payload: string) => void>>();

  /** True when it is the channel's first. */
  add(channel: string, heard: (payload: string) => void): boolean {
    const all = this.channels.get(channel) ?? new Set();
    this.channels.set(channel, all);
    return all.add(heard).size === 1;
  }

  /** True when it was the channel's last. */
  remove(channel: string, heard: (payload: string) => void): boolean {
    const all = this.channels.get(channel);
    return all?.delete(heard) === true && all.size === 0;
  }

  tell(channel: string, payload: string): void {
    for (const heard of this.channels.get(channel) ?? []) heard(payload);
  }
}
