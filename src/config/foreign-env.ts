import { listOf } from '../base/text.ts';

/** Variables of another program, and the keys that say the same here. `docs/skills-platform.md` shows them, too. */
export const FOREIGN_ENV: Readonly<Record<string, string>> = {
  SKILLOS_ROOT: 'skills.agent_skill_dirs',
  SKILLOS_STORAGE_BACKEND: 'storage.url',
  SKILLOS_POSTGRES_DSN: 'DATABASE_URL',
  SKILLOS_POSTGRES_SCHEMA: 'storage.schema',
  SKILLOS_REDIS_URL: 'REDIS_URL',
  SKILLOS_CACHE_ENABLED: 'web.cache',
  SKILLOS_APPROVAL_TOKEN: 'access.approval_token',
  SKILLOS_JWT: 'http.jwt',
  SKILLOS_WEBHOOK: '"coda hooks add"',
  SKILLOS_ATTACHMENT_MAX_SIZE_BYTES: 'http.attachment_max_size',
  SKILLOS_PARALLEL_LIMIT: 'skills.parallel',
  SKILLOS_BUDGET_PER_REQUEST: 'models.budgets.request',
  SKILLOS_BUDGET_DAILY: 'models.budgets.all.day',
  SKILLOS_BUDGET_MONTHLY: 'models.budgets.all.month',
  SKILLOS_BUDGET_LOW_REMAINING: 'models.budgets.low',
  SKILLOS_MODEL_STANDARD_COST: 'models.standard_cost',
  SKILLOS_MODEL_CHEAP_COST: 'models.cheap_cost',
  SKILLOS_IDEMPOTENCY_TTL_SECONDS: 'http.idempotency_ttl',
  SKILLOS_RATE_LIMIT: 'access.rate_limit',
};

const MOST_NAMED = 20;

export function foreignEnv(env: Readonly<Record<string, string | undefined>>): string[] {
  const set = Object.keys(env).filter((name) => name.startsWith('SKILLOS_') && env[name]);
  if (set.length === 0) return [];
  const phrases = set.slice(0, MOST_NAMED).map((name) => {
    const foreignName = Object.keys(FOREIGN_ENV).find((each) => name === each || name.startsWith(`${each}_`));
    return foreignName === undefined ? `${name} (nothing here)` : `${name} (here ${FOREIGN_ENV[foreignName]})`;
  });
  const rest = set.length > phrases.length ? [`${set.length - phrases.length} more`] : [];
  return [
    `Of the environment these are not read: ${listOf([...phrases, ...rest])}. docs/skills-platform.md shows their equivalents.`,
  ];
}
