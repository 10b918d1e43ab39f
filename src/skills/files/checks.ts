import { deadline } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import { omitUndefined } from '../../base/json.ts';
import type { HealthCheck, SetupCard, SkillDeps, Verdict } from '../../chat/index.ts';
import { fetchService } from '../../egress/index.ts';
import { hasProgram, missingFileOf, type OfficeConverter } from '../../media/index.ts';
import { config, type Settings } from './config.ts';
import { setupTexts, texts } from './texts.ts';

const ANSWERS_WITHIN_MS = 5_000;

/** Programs that read more where they are installed, and what is missing without them. */
const HELPERS: readonly (readonly [program: string, without: string])[] = [
  ['ffmpeg', 'recordings other than Opus and WAV are handed on as they are, however silent'],
  ['tesseract', 'text in pictures and on scanned pages is not read'],
];

export function speechChecks(
  { config: { transcribe }, world: { env }, sandbox: { settings } }: SkillDeps<Settings>,
  office: Pick<OfficeConverter, 'isThere'>,
): HealthCheck[] {
  return [
    { name: 'speech', check: (signal) => checkHearing(transcribe, env, signal) },
    {
      name: 'helpers for files',
      check: (signal) => checkHelpers(env, { office, image: settings.default_image }, signal),
    },
  ];
}

type Env = SkillDeps['world']['env'];

async function checkHearing(settings: Settings['transcribe'], env: Env, signal: AbortSignal): Promise<Verdict> {
  const { kind } = settings;
  if (kind === 'none') return { ok: true, severity: 'off', says: texts.hearsNothing };
  if (kind === 'openai-compatible') return checkService(settings, signal);
  if (kind === 'sherpa-onnx') return checkModel(settings);
  const [program = ''] = settings.command ?? [];
  return (await hasProgram(program, env))
    ? { ok: true, says: texts.hearsBy(program) }
    : { ok: false, says: texts.noProgram(program), remedy: texts.programRemedy };
}

export const setup: SetupCard = {
  id: 'voice',
  title: setupTexts.title,
  about: setupTexts.about,
  docs: 'docs/voice.md',
  place: ['speech', 'transcribe'],
  sets: [[['speech', 'transcribe', 'kind'], 'openai-compatible']],
  fields: [
    {
      key: 'url',
      label: setupTexts.url,
      hint: setupTexts.urlPlace,
      kind: 'url',
      path: ['speech', 'transcribe', 'base_url'],
    },
    {
      key: 'key',
      label: setupTexts.key,
      hint: setupTexts.keyPlace,
      kind: 'secret',
      isOptional: true,
      path: ['speech', 'transcribe', 'api_key'],
      env: 'SPEECH_API_KEY',
    },
    {
      key: 'model',
      label: setupTexts.model,
      hint: setupTexts.modelPlace,
      kind: 'text',
      isOptional: true,
      path: ['speech', 'transcribe', 'model'],
    },
    {
      key: 'path',
      label: setupTexts.path,
      hint: setupTexts.pathPlace,
      kind: 'text',
      isRare: true,
      path: ['speech', 'transcribe', 'path'],
      explainMalformed: (value) => (value.startsWith('/') ? undefined : setupTexts.notPath),
    },
  ],
  async check({ url, key, path }, { signal }) {
    const transcribe = { kind: 'openai-compatible', ...omitUndefined({ base_url: url, api_key: key, path }) };
    const read = config.schema.safeParse({ transcribe });
    if (!read.success) return { ok: false, field: 'url', says: setupTexts.notAddress };
    const { ok, says, remedy } = await checkService(read.data.transcribe, signal);
    return ok ? { ok, says } : { ok, field: says === texts.keyRefused(url ?? '') ? 'key' : 'url', says, remedy };
  },
};

/** Without a recording, which costs: that it is asked wrongly is an answer, too. */
async function checkService(
  { base_url: base = '', path, api_key: key }: Settings['transcribe'],
  signal: AbortSignal,
): Promise<Verdict> {
  const url = `${base.replace(/\/$/, '')}${path}`;
  using limit = deadline(ANSWERS_WITHIN_MS, signal);
  try {
    const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const { status } = await fetchService(url, { method: 'GET', headers, signal: limit.signal });
    if (status === 401 || status === 403) return { ok: false, says: texts.keyRefused(base), remedy: texts.keyRemedy };
    if (status < 500) return { ok: true, says: texts.hearsBy(base) };
    return { ok: false, says: texts.noAnswer(base, `status ${status}`), remedy: texts.answerRemedy };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, says: texts.noAnswer(base, messageOf(error)), remedy: texts.answerRemedy };
  }
}

async function checkModel({ model_config: model = {} }: Settings['transcribe']): Promise<Verdict> {
  const missing = await missingFileOf(model);
  return missing === undefined
    ? { ok: true, says: texts.hearsBy('a model on this machine') }
    : { ok: false, says: texts.noModel(missing), remedy: texts.modelRemedy };
}

async function checkHelpers(
  env: Env,
  { office, image }: { office: Pick<OfficeConverter, 'isThere'>; image: string },
  signal: AbortSignal,
): Promise<Verdict> {
  const missing: string[] = [];
  for (const [program, without] of HELPERS) {
    if (!(await hasProgram(program, env))) missing.push(texts.helperMissing(program, without));
  }
  const hasOffice = await office.isThere(signal);
  if (hasOffice === false) missing.push(texts.officeMissing(image));
  const helpers = [...HELPERS.map(([program]) => program), ...(hasOffice ? ['soffice'] : [])];
  if (missing.length === 0) return { ok: true, says: texts.helpersThere(helpers) };
  return { ok: true, severity: 'off', says: missing.join('; ') };
}
