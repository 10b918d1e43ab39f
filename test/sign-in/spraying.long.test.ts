import { expect, test } from 'vitest';
import { cookieIn, PASSWORD, Target } from './attack-support.ts';

test('one password on many names from a thousand addresses is compared a hundred times', async () => {
  await using target = await Target.open({ config: { 'http.url': 'https://coda.example' } });
  const claimed = await target.send('/v1/first-start', { body: { code: target.loggedCode(), name: 'Olga' } });
  const body = { login: 'olga', password: PASSWORD };
  const headers = { Cookie: cookieIn(claimed) };
  expect((await target.send('/v1/me/password', { method: 'PUT', body, headers })).status).toBe(204);
  const logins = Array.from({ length: 1_000 }, (_, at) => (at % 10 === 0 ? 'olga' : `name ${at}`));
  const statuses = new Map<number, number>();
  await target.resists([401, 429], async () => {
    const sends = logins.map((login) =>
      target.send('/v1/session/password', { body: { login, password: 'password1' } }),
    );
    const answers = await Promise.all(sends);
    for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    return answers;
  });
  expect(statuses).toEqual(
    new Map([
      [401, 100],
      [429, 900],
    ]),
  );
  // The owner has not lost their browser, and signs in again when it is over.
  expect(await target.isIn(cookieIn(claimed))).toBe(true);
  await target.coda.passes({ minutes: 16 });
  expect((await target.send('/v1/session/password', { body })).status).toBe(200);
});
