import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { Fleet } from '../../support/fleet/index.ts';
import { POSTGRES_URL } from '../../support/postgres.ts';

const WITHIN_MS = 20_000;

test.skipIf(!POSTGRES_URL)(
  'a replica that is paused inside a transaction holds up nobody for long, commits nothing and says so',
  async () => {
    await using fleet = await Fleet.begin({ engine: 'PostgreSQL' });
    // Both hear everything; the one that takes this message stands still while it holds the rows of its turn.
    const daemons = [await fleet.start(), await fleet.start()];
    await fleet.says('still', 'pause here');
    expect(await eventually(async () => (await fleet.state()).outside.paused)).toBe(1);
    const names = Array.from({ length: 12 }, (_, index) => `c${index}`);
    for (const name of names) await fleet.says(name, `note ${name}`);
    const told = async () => (await fleet.state()).messages.map(({ text }) => text);
    await eventually(async () => (await told()).length === names.length + 1, WITHIN_MS);
    for (const daemon of daemons) daemon.kill('SIGCONT');
    for (const daemon of daemons) await daemon.order({ do: 'settled' });
    const warned = (await Promise.all(daemons.map((daemon) => daemon.order<string[]>({ do: 'warnings' })))).flat();
    expect(warned.join('\n')).toContain('stood still in a transaction');
    expect(warned.join('\n')).toContain('was taken over');
    expect(await told()).toHaveLength(names.length + 1);
    expect(new Set(await told()).size).toBe(names.length + 1);
    const [daemon] = daemons;
    const noted = daemon && (await fleet.noted(daemon));
    expect(noted?.astray).toEqual([]);
    expect(noted?.told).toBeGreaterThan(0);
  },
);
