import type { Instant } from '../../base/clock.ts';
import type { Transaction } from '../../storage/index.ts';

export interface Amiss {
  name: string;
  code: string;
}

export async function lastAmiss(tx: Transaction): Promise<Amiss[]> {
  return (await tx.query<Amiss>('select name, code from health_findings order by name, code')).rows;
}

export async function add(tx: Transaction, faults: readonly Amiss[], now: Instant): Promise<void> {
  await tx.query(
    `insert into health_findings (name, code, since)
     select *, $3 from unnest($1::text[], $2::text[]) on conflict do nothing`,
    [faults.map(({ name }) => name), faults.map(({ code }) => code), now],
  );
}

export async function remove(tx: Transaction, mended: readonly Amiss[]): Promise<void> {
  await tx.query('delete from health_findings where (name, code) in (select * from unnest($1::text[], $2::text[]))', [
    mended.map(({ name }) => name),
    mended.map(({ code }) => code),
  ]);
}
