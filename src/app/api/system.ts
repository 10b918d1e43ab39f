/** The state of coda: findings of doctor, platforms, models and their costs, backups, settings. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CodaError, messageOf, systemCode } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { type AnyRoute, type PlatformAdapter, route } from '../../chat/index.ts';
import { describeOrigin } from '../../config/index.ts';
import { type Backups, backupFolder, stampOf } from '../backups.ts';
import type { ChangeSource } from './changes.ts';
import type { Wellness } from './me.ts';
import { iso, type ReadingParts, readerFrom } from './reader.ts';
import * as store from './store.ts';

export interface SystemParts extends ReadingParts {
  platforms: readonly PlatformAdapter[];
  backups: Backups;
  changed: ChangeSource | undefined;
  version: string;
  /** State of the models; undefined: none is configured. */
  modelStatus(): Json | undefined;
  /** Words about each setting, by its path. */
  settingWords(): ReadonlyMap<string, string>;
}

const TAG = 'system';

export function systemRoutes(parts: SystemParts, wellness: Wellness): AnyRoute[] {
  return [
    findingsRoute(parts, wellness),
    statusRoute(parts),
    settingsRoute(parts),
    backupsRoute(parts),
    makeBackupRoute(parts),
    fetchBackupRoute(parts),
  ];
}

const finding = z.object({
  part: z.string(),
  code: z.string(),
  severity: z.enum(['ok', 'off', 'notice', 'warning', 'error']),
  says: z.string(),
  remedy: z.string().nullable(),
});

function findingsRoute({ world }: SystemParts, wellness: Wellness): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/system/findings',
    scope: 'admin',
    tag: TAG,
    summary: 'Looks at everything, as doctor does: what is wrong, and what to do about it.',
    answers: {
      200: {
        description: 'The worst first.',
        schema: z.object({ state: z.enum(['well', 'wrong']), at: z.iso.datetime(), findings: z.array(finding) }),
      },
    },
    examples: [{ summary: 'A look', status: 200 }],
    async answerRequest() {
      const verdicts = await wellness.findAgain();
      const findings = verdicts.map(({ name, code, severity, says, remedy }) => {
        return { part: name, code, severity, says, remedy: remedy ?? null };
      });
      const at = (wellness.lookedAt ?? world.clock.now()).toISOString();
      return { body: { json: { state: wellness.last() ?? 'well', at, findings } } };
    },
  });
}

const status = z.object({
  version: z.string(),
  engine: z.enum(['pglite', 'postgres']),
  uptime_s: z.int(),
  memory_mb: z.int(),
  platforms: z.array(
    z.object({
      name: z.string(),
      away: z.string().nullable().describe('Why it cannot be heard; null: it is heard.'),
      remedy: z.string().nullable(),
      away_since: z.iso.datetime().nullable().describe('null: it is heard, or nobody knows.'),
      heard_at: z.iso.datetime().nullable().describe('Its newest message.'),
    }),
  ),
  models: z
    .object({
      answering: z.string(),
      resting: z.array(z.string()).describe('Those that are left alone for a while after faults.'),
      times: z.array(z.object({ model: z.string(), turns: z.int(), median_ms: z.number() })),
    })
    .nullable()
    .describe('null: none is configured.'),
});

function statusRoute(parts: SystemParts): AnyRoute {
  const { platforms, version, database, modelStatus } = parts;
  return route({
    method: 'GET',
    path: '/v1/system',
    scope: 'admin',
    tag: TAG,
    summary: 'What runs: version, database, platforms, models.',
    answers: { 200: { description: 'As it is now.', schema: status } },
    examples: [{ summary: 'Now', status: 200 }],
    async answerRequest(request) {
      const { db } = await readerFrom(parts, request);
      const [lastHeard, times] = await Promise.all([store.lastHeard(db), store.modelTimes(db)]);
      const at = new Map(lastHeard.map((each) => [each.adapter, each.at]));
      const models = modelStatus() as { answering?: string; resting?: string[] } | undefined;
      const json = {
        version,
        engine: database.engine,
        uptime_s: Math.round(process.uptime()),
        memory_mb: Math.round(process.memoryUsage.rss() / 1_000_000),
        platforms: platforms.map((platform) => {
          const trouble = platform.trouble?.();
          const { name } = platform;
          const ms = trouble && platform.awayForMs?.();
          const since = ms === undefined ? null : new Date(parts.world.clock.now().getTime() - ms).toISOString();
          const { says: away = null, remedy = null } = trouble ?? {};
          return { name, away, remedy, away_since: since, heard_at: iso(at.get(name)) };
        }),
        models: models
          ? {
              answering: models.answering ?? '',
              resting: models.resting ?? [],
              times: times.map(({ model, turns, medianMs }) => ({ model, turns, median_ms: Math.round(medianMs) })),
            }
          : null,
      };
      return { body: { json } };
    },
  });
}

const setting = z.object({
  path: z.string(),
  value: z.string().describe('As one would write it; secrets are hidden.'),
  source: z.string().describe('default, or the file with its line, the variable or the flag that sets it.'),
  about: z.string().nullable(),
});

function settingsRoute({ config, settingWords }: SystemParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/system/settings',
    scope: 'admin',
    tag: TAG,
    summary: 'Every setting with its value and where it comes from; secrets are hidden.',
    answers: {
      200: {
        description: 'All.',
        schema: z.object({ file: z.string().nullable(), settings: z.array(setting) }),
      },
    },
    examples: [{ summary: 'All', status: 200 }],
    answerRequest() {
      const words = settingWords();
      const settings = config.entries().map(({ path, value, origin }) => ({
        path,
        value: typeof value === 'string' ? value : JSON.stringify(value),
        source: describeOrigin(origin),
        about: words.get(path) ?? null,
      }));
      return { body: { json: { file: config.file ?? null, settings } } };
    },
  });
}

const NAME = /^(?:coda|before-\d{4})-\d{14}\.tar\.gz$/;
const backupName = z.string().regex(NAME, { error: 'expected the name of a backup as GET /v1/backups shows it' });
const MOST_BACKUPS = 200;

const backup = z.object({
  name: z.string(),
  bytes: z.int(),
  made_at: z.iso.datetime(),
  kind: z.enum(['backup', 'upgrade']).describe('upgrade: made before the database was brought to a new version.'),
});

function backupsRoute(parts: SystemParts): AnyRoute {
  const { config, backups } = parts;
  return route({
    method: 'GET',
    path: '/v1/backups',
    scope: 'admin',
    tag: TAG,
    summary: 'The backups in the folder of backups, and how the one that is being made fares.',
    answers: {
      200: {
        description: 'The newest first.',
        schema: z.object({
          folder: z.string(),
          newest_at: z.iso.datetime().nullable().describe('Of all, wherever they were written.'),
          making: z.boolean(),
          failed: z.string().nullable().describe('Why the last one could not be made.'),
          backups: z.array(backup),
          restore: z.string().describe('The command that puts one back.'),
        }),
      },
    },
    examples: [{ summary: 'All', status: 200 }],
    async answerRequest() {
      const folder = backupFolder(config.dataDir);
      const json = {
        folder,
        newest_at: iso(await backups.newestAt()),
        making: backups.isMaking,
        failed: backups.failed ?? null,
        backups: await backupsIn(folder),
        restore: `coda restore ${join(folder, 'NAME')} --data NEW_FOLDER`,
      };
      return { body: { json } };
    },
  });
}

async function backupsIn(folder: string): Promise<z.output<typeof backup>[]> {
  const names = await readdir(folder).catch((error) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
  const backups = await Promise.all(
    names
      .filter((name) => NAME.test(name))
      .slice(-MOST_BACKUPS)
      .map(async (name) => {
        const about = await stat(join(folder, name)).catch(() => undefined);
        const kind = name.startsWith('before-') ? ('upgrade' as const) : ('backup' as const);
        return about ? [{ name, bytes: about.size, made_at: about.mtime.toISOString(), kind }] : [];
      }),
  );
  return backups.flat().sort((one, other) => other.made_at.localeCompare(one.made_at));
}

/** Begins a backup, which goes on after the answer: a large database takes minutes. */
function makeBackupRoute({ config, world, backups, changed }: SystemParts): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/backups',
    scope: 'admin',
    tag: TAG,
    summary: 'Begins a backup; GET /v1/backups tells how it fares.',
    body: z
      .strictObject({
        without_config: z.boolean().default(false).describe('Leave config.yaml out, and the keys in it.'),
      })
      .prefault({}),
    answers: {
      202: { description: 'It is being made.', schema: z.object({ name: z.string() }) },
      409: { description: 'One is being made already.' },
    },
    answerRequest({ body }) {
      if (backups.isMaking) {
        throw new CodaError('HTTP_CONFLICT', {
          message: 'A backup is being made already.',
          remedy: 'Wait until it is there.',
        });
      }
      const name = `coda-${stampOf(world.clock.now())}.tar.gz`;
      const file = join(backupFolder(config.dataDir), name);
      backups
        .begin({ file, withoutConfig: body.without_config })
        .catch((error) => world.log.error({ reason: messageOf(error) }, 'a backup could not be made'))
        .finally(() => changed?.tell('owners', 'system'));
      return { status: 202, body: { json: { name } } };
    },
  });
}

function fetchBackupRoute({ config }: SystemParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/backups/:name',
    scope: 'admin',
    tag: TAG,
    summary: 'A backup as a file.',
    params: z.object({ name: backupName }),
    answers: {
      200: { description: 'Its bytes.', type: 'application/gzip' },
      404: { description: 'There is no such backup.' },
    },
    async answerRequest({ params }) {
      const file = join(backupFolder(config.dataDir), params.name);
      const about = await stat(file).catch(() => undefined);
      if (!about) {
        throw new CodaError('HTTP_NOT_FOUND', {
          message: 'There is no such backup.',
          remedy: 'GET /v1/backups lists them.',
        });
      }
      return {
        headers: {
          'Content-Disposition': `attachment; filename="${params.name}"`,
          'Content-Length': String(about.size),
        },
        body: { bytes: createReadStream(file), type: 'application/gzip' },
      };
    },
  });
}
