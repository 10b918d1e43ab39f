/** Services as targets, where none is configured, or this coda has none. */
import { expect, test } from 'vitest';
import { texts } from '../../../src/skills/targets/texts.ts';
import { play } from '../../support/play.ts';

test('without a service everybody hears what they can do instead, and an owner also how one is named', async () => {
  await using coda = await play({});
  const toOwner = await coda.person('ana').says('/targets hook ntfy');
  expect(toOwner).toMatch(/no service.*\/targets here NAME.*\/targets person NAME.*targets\.hooks/s);
  const toMember = await coda.person('mia', { role: 'member' }).says('/targets hook ntfy');
  expect(toMember).toMatch(/no service.*\/targets here NAME.*\/targets person NAME/s);
  expect(toMember, 'a member cannot change the configuration').not.toContain('targets.hooks');
  expect(toMember, 'no device can be notified').not.toContain('/targets push');
});

test('a coda that reaches no service names no setting for one', () => {
  const { remedy } = texts.noHook('ntfy', { names: [], settings: [], isOwner: true, canPush: true });
  expect(remedy).toMatch(/\/targets here NAME.*\/targets push.*\/targets person NAME/s);
  expect(remedy).not.toContain('targets.hooks');
});
