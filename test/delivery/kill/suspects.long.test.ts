import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { type Daemon, Fleet } from '../../support/fleet/index.ts';

const WAITING = ['a', 'b', 'c'];

async function running(daemon: Daemon): Promise<number> {
  const sql = 'select count(*) as count from lanes where current is not null';
  const rows = await daemon.order<{ count: number }[]>({ do: 'sql', sql });
  return Number(rows[0]?.count);
}

test('kills give nothing up that was not alone, and what ends the process itself is given up', async () => {
  await using fleet = await Fleet.begin({ engine: 'PGlite' });
  const texts = async (channel: string) => (await fleet.in(channel)).map(({ text }) => text);
  let daemon = await fleet.start();
  for (const channel of WAITING) await fleet.says(channel, 'wait 6');
  await eventually(async () => (await running(daemon)) === WAITING.length);
  while (daemon.life < 6) {
    daemon.kill('SIGKILL');
    await daemon.exited;
    daemon = await fleet.start();
    // Suspects are tried one at a time.
    if (daemon.life < 6) expect(await eventually(async () => (await running(daemon)) === 1)).toBe(true);
  }
  for (const channel of WAITING) await fleet.until(channel, (seen) => seen.length > 0);
  await fleet.says('poisonous', 'poison it');
  for (const channel of ['d', 'e']) await fleet.says(channel, `say ${channel}`);
  await daemon.exited;
  for (let starts = 0; starts < 8 && !daemon.alive; starts++) {
    daemon = await fleet.start();
    await Promise.race([daemon.exited, fleet.until('poisonous', (seen) => seen.length > 0)]);
  }
  for (const channel of ['d', 'e']) {
    await fleet.until(channel, (seen) => seen.length > 0);
    expect(await texts(channel)).toEqual([`say ${channel}: done`]);
  }
  for (const channel of WAITING) expect(await texts(channel)).toEqual(['wait 6: done']);
  expect(await texts('poisonous')).toEqual([expect.stringContaining('I have given up on it')]);
});
