export interface Limits {
  /** Bytes; undefined where the container does not tell. */
  memory: number | undefined;
  pids: number | undefined;
  cpus: number | undefined;
}

export const TELL_LIMITS = `g=/sys/fs/cgroup
first() { for f in "$@"; do [ -r "$f" ] && { cat "$f"; return; }; done; echo unknown; }
echo "memory $(first $g/memory.max $g/memory/memory.limit_in_bytes)"
echo "pids $(first $g/pids.max $g/pids/pids.max)"
echo "cpu $(first $g/cpu.max $g/cpu/cpu.cfs_quota_us $g/cpu,cpuacct/cpu.cfs_quota_us)"
echo "period $(first $g/cpu/cpu.cfs_period_us $g/cpu,cpuacct/cpu.cfs_period_us)"`;

/** Reads what `TELL_LIMITS` printed; `Infinity` is no limit. */
export function limitsIn(lines: readonly string[]): Limits {
  const valuesByName = new Map(lines.map((line) => line.split(' ')).map(([name = '', ...rest]) => [name, rest]));
  const number = (text: string | undefined) =>
    text === 'max' || text === '-1' ? Number.POSITIVE_INFINITY : /^\d+$/.test(text ?? '') ? Number(text) : undefined;
  const [quota, period = valuesByName.get('period')?.[0]] = valuesByName.get('cpu') ?? [];
  const [used, of] = [number(quota), number(period)];
  return {
    memory: number(valuesByName.get('memory')?.[0]),
    pids: number(valuesByName.get('pids')?.[0]),
    cpus: used === undefined ? undefined : used === Number.POSITIVE_INFINITY ? used : of ? used / of : undefined,
  };
}

/** The limits that are wider than they were meant, in words. What a container does not tell is taken for right. */
export function widerThan(wanted: Required<{ memory: number; pids: number; cpus: number }>, limits: Limits): string[] {
  const names = { memory: 'memory', pids: 'processes', cpus: 'processors' } as const;
  return (['memory', 'pids', 'cpus'] as const).flatMap((key) => {
    const value = limits[key];
    return value !== undefined && value > wanted[key] * 1.01 ? [names[key]] : [];
  });
}
