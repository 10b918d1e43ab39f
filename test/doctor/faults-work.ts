/** Faults of the machine, of storage and hints, and of coda's own work. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { uuid } from '../../src/base/ids.ts';
import { ownRedis } from './own-redis.ts';
import type { Fault, TakeOut, Ward } from './planting.ts';

/** Puts a skill into the folder of skills; what is returned takes it away. */
async function skill(ward: Ward, folder: string, head: string): Promise<TakeOut> {
  const directory = join(ward.folder, 'skills', folder);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'SKILL.md'), `---\n${head}\n---\nDo it well.\n`);
  return () => rm(directory, { recursive: true });
}

export const WORK_FAULTS: readonly Fault[] = [
  {
    what: 'a process that died hours ago and stands as running',
    async plant({ app: { database } }) {
      const [id, at] = [uuid(new Date()), new Date(Date.now() - 5 * 3_600_000)];
      await database.run(
        'test.plant',
        `insert into instances (id, host, pid, boot_id, program, started_at, heartbeat_at)
         values ($1, 'gone', 4711, 'b', 'coda test', $2, $2)`,
        [id, at],
      );
      return () => database.run('test.mend', 'delete from instances where id = $1', [id]);
    },
    ...{ name: 'processes', code: 'PROCESS_DEAD' },
    says: /4711 on gone ended 5 hours ago/,
    remedy: /takes over what that process had/,
  },
  {
    what: 'a coda that was killed three times within a day',
    async plant({ app: { database } }) {
      const at = (hours: number) => new Date(Date.now() - hours * 3_600_000);
      for (const hours of [1, 2, 3, 30]) {
        await database.run(
          'test.plant',
          `insert into instances (id, host, pid, boot_id, program, started_at, heartbeat_at, ended_at, lost)
           values ($1, 'killed', $2, 'b', 'coda test', $3, $3, $3, true)`,
          [uuid(new Date()), hours, at(hours)],
        );
      }
      return () => database.run('test.mend', `delete from instances where host = 'killed'`, []);
    },
    ...{
      name: 'sudden ends',
      code:
        process.constrainedMemory() > 0 && process.constrainedMemory() < 2 ** 50 ? 'MEMORY_KILLED' : 'PROCESS_CRASHES',
    },
    says: /ended 3 times within a day without stopping/,
    remedy: /oom/,
  },
  {
    what: 'stored files that somebody has deleted',
    async plant(ward) {
      const forget = await ward.keepsFile();
      const [folder, aside] = [join(ward.folder, 'data', 'artifacts'), join(ward.folder, 'aside')];
      await rename(folder, aside);
      await mkdir(folder);
      return async () => {
        await rm(folder, { recursive: true });
        await rename(aside, folder);
        await forget();
      };
    },
    ...{ name: 'stored files', code: 'FILES_GONE' },
    says: /1 of 1 stored file .* is gone/,
    remedy: /out of a backup/,
  },
  {
    what: 'a .env that others can read',
    async plant(ward) {
      const file = join(ward.folder, '.env');
      await writeFile(file, '', { mode: 0o644 });
      return () => rm(file);
    },
    ...{ name: 'secrets', code: 'SECRETS_READABLE' },
    says: /other users can read it/,
    remedy: /chmod 600/,
  },
  {
    what: 'a tab in the head of a skill',
    plant: (ward) => skill(ward, 'tabbed', 'name: tabbed\ndescription: Does it.\nmetadata:\n\tversion: 1'),
    ...{ name: 'agent skills', code: 'SKILL_MISREAD' },
    says: /tabbed is used.*indent with spaces, not tabs/,
    remedy: /Mend .*tabbed\/SKILL\.md:5/,
  },
  {
    what: 'two skills of one name',
    async plant(ward) {
      const [one, two] = [
        await skill(ward, 'first', 'name: twin\ndescription: Does it.'),
        await skill(ward, 'second', 'name: twin\ndescription: Does it otherwise.'),
      ];
      return () => Promise.all([one(), two()]);
    },
    ...{ name: 'agent skills', code: 'SKILL_TWICE' },
    says: /two skills are called twin: .*first is not used, because .*second is/,
    remedy: /another name/,
  },
  {
    what: 'a secret of a skill that nobody has set',
    plant: (ward) =>
      skill(ward, 'sealed', 'name: sealed\ndescription: Does it.\nsecrets:\n  - name: SEALED_KEY\n    required: true'),
    ...{ name: 'agent skills', code: 'SKILL_SECRET' },
    says: /sealed needs the secret SEALED_KEY/,
    remedy: /coda secrets set sealed SEALED_KEY/,
  },
  {
    what: 'a skill that has changed since an owner approved it',
    async plant(ward) {
      const takeOut = await skill(ward, 'shifty', 'name: shifty\ndescription: Does it.');
      const inquest = await ward.app.agentSkills.inquire('shifty');
      if (typeof inquest === 'string') throw new Error(inquest);
      await ward.app.agentSkills.approve('shifty', inquest.pin.hash);
      await writeFile(join(ward.folder, 'skills', 'shifty', 'more.sh'), 'echo more\n');
      return takeOut;
    },
    ...{ name: 'agent skills', code: 'SKILL_CHANGED' },
    says: /shifty has changed since/,
    remedy: /\/skills approve shifty/,
  },
  {
    what: 'a background job that has given up',
    async plant({ app: { database } }) {
      const now = new Date();
      await database.run(
        'test.plant',
        `insert into jobs (id, kind, payload, state, due_at, max_attempts, created_at, error)
         values ($1, 'retention', '{}', 'dead', $2, 8, $2, 'it broke')`,
        [uuid(now), now],
      );
      return () => database.run('test.mend', `delete from jobs where state = 'dead'`, []);
    },
    ...{ name: 'background jobs', code: 'DEAD_JOBS' },
    says: /1 job failed too often.*it broke/,
    remedy: /coda jobs retry/,
  },
];

/** Faults that need a PostgreSQL of one's own to plant. */
export const SERVER_FAULTS: readonly Fault[] = [
  {
    what: 'a database that has gone: told once, and not by each part that stands on it',
    async plant({ server }) {
      await server?.shut();
      return () => server?.reopen();
    },
    ...{ name: 'storage', code: 'STORAGE_UNREACHABLE' },
    says: /does not answer/,
    remedy: /Start the database/,
  },
  {
    what: 'a user of the database without the right to create tables',
    async plant(ward) {
      const { user, url, drop } = await ward.plainUser();
      const takeOut = await ward.begin({ file: { 'storage.url': url } });
      await ward.server?.sql('revoke create on schema public from public');
      await ward.server?.sql(`revoke create on schema public from ${user}`);
      return async () => {
        await takeOut();
        await drop();
      };
    },
    ...{ name: 'database', code: 'STORAGE_NO_CREATE' },
    says: /may not create tables in the schema public/,
    remedy: /grant usage, create on schema "public" to "coda_plain_\w+";/,
  },
  {
    what: 'durability that is switched off for the database',
    async plant(ward) {
      await ward.setCommit('set synchronous_commit = off');
      await ward.restart();
      return async () => {
        await ward.setCommit('set synchronous_commit = on');
        await ward.restart();
      };
    },
    ...{ name: 'database', code: 'STORAGE_ASYNC_COMMIT' },
    says: /loses the last commits/,
    remedy: /synchronous_commit = on/,
  },
];

/** Faults that need a Redis server of one's own to plant. */
export const REDIS_FAULTS: readonly Fault[] = [
  {
    what: 'a Redis that wants a password',
    async plant(ward) {
      const redis = await ownRedis(['--requirepass', 'of-the-test']);
      const takeOut = await ward.begin({ file: { 'redis.url': redis.url } });
      return async () => {
        await takeOut();
        await redis.stop();
      };
    },
    ...{ name: 'hints', code: 'REDIS_AUTH' },
    says: /Redis wants a password/,
    remedy: /redis:\/\/:PASSWORD@host/,
  },
  {
    what: 'two processes at two Redis servers',
    async plant(ward) {
      const redis = await ownRedis();
      const end = await ward.beside({ 'redis.url': redis.url });
      return async () => {
        await end();
        await redis.stop();
      };
    },
    ...{ name: 'hints', code: 'REDIS_SPLIT' },
    says: /2 processes of coda on this database, and 1 at this Redis/,
    remedy: /the same redis\.url/,
  },
];
