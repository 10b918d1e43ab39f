/** Configuration: a file, the environment, flags — one frozen, typed value. */

export { approvalPolicyFile, permissionPolicyFile } from './access.ts';
export { block, type ConfigBlock, type EnvOverride, joinBlocks } from './block.ts';
export type { CoreValues, EventName } from './blocks.ts';
export { configEnv, configExample, configJsonSchema, configWords } from './documents.ts';
export { envFileOf, readEnvFile, withEnvFiles } from './env-file.ts';
export { count, duration, durationWithin, locale, secret, secretText, size, url, wallTime, zone } from './fields.ts';
export { type Config, type ConfigPlace, type ConfigRequest, expandEnv, findPlace, loadConfig } from './load.ts';
export { models as modelsConfig, providersOf } from './models.ts';
export { describeOrigin } from './tree.ts';
