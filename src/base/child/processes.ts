/** Whether a process of this machine still runs, by more than its number, which another one may have got meanwhile. */
import { readFileSync, readlinkSync } from 'node:fs';

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

/** True if both were told by one kernel, seen from one namespace of processes. */
export function isSameBoot(one: string, other: string): boolean {
  const seenFrom = (id: string) => id.slice(0, id.lastIndexOf('/'));
  return seenFrom(one) === seenFrom(other);
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
