/** Skew between the clock of this machine and another one. */

const MOST_MS = 60_000;

/** The clock's fault if a server's `Date` header is right; undefined within a minute, and without a header. */
export function clockTrouble(header: string | null | undefined, here = new Date()) {
  const there = Date.parse(header ?? '');
  if (Number.isNaN(there) || Math.abs(here.getTime() - there) < MOST_MS) return undefined;
  const minutes = Math.round((here.getTime() - there) / 60_000);
  return {
    code: 'CLOCK_SKEW',
    says: `the clock of this machine is ${Math.abs(minutes)} min ${minutes > 0 ? 'ahead' : 'behind'}`,
    remedy: 'Let the machine set its clock (timedatectl set-ntp true).',
  };
}
