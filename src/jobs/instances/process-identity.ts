import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Instant } from '../../base/clock.ts';
import type { InstanceRow } from './store.ts';

/** Silent for so long by the clock, on a host of this one's name. Longer than a live process is without a heartbeat. */
const GONE_MS = 30_000;

/**
 * True if a process is surely gone: the kernel that it ran under, seen from where it was seen, has no such process or
 * another one under its number. Hosts of one name (cloned machines, containers on the host's network) are not taken for
 * each other: another boot, or another namespace of processes, says something only when it has been silent, too.
 */
export function isGone(other: InstanceRow, now: Instant): boolean {
  if (other.host !== hostname()) return false;
  const running = bootId(other.pid);
  if (running === undefined || running === other.bootId) return false;
  const seenFrom = (id: string) => id.slice(0, id.lastIndexOf('/'));
  return seenFrom(running) === seenFrom(other.bootId) || now.getTime() - other.heartbeatAt.getTime() > GONE_MS;
}

/**
 * Identity of the process behind a process number: the kernel's boot id, this process's namespace of processes, and the
 * start time of that one (field 22 of `/proc/<pid>/stat`, counted after the name, which may hold spaces). It ends in
 * `/gone` when there is no such process; undefined where the system does not tell.
 */
export function bootId(pid: number): string | undefined {
  const boot = read('/proc/sys/kernel/random/boot_id')?.trim();
  if (boot === undefined) return undefined;
  const stat = read(`/proc/${pid}/stat`);
  const started = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'gone';
  return `${boot}/${namespace()}/${started}`;
}

function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '';
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
