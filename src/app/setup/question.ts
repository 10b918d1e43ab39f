/** The one question of the first start: which model is to answer. Asked in the browser; `coda init` asks it at a terminal. */
import { CodaError } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import { type Config, firstConfigFile, readEnvFile, usualEnvFile } from '../../config/index.ts';
import { type Change, openSetupFiles, type SetupFiles } from './files.ts';
import { findLocalModels, localChoice, type ModelChoice, modelChanges, VENDORS, vendorChoice } from './models.ts';

export interface ModelOffer {
  /** `provider/model`, or a vendor's name. */
  id: string;
  /** The service that was found. */
  title: string;
  /** `local`: it runs on this machine; `environment`: its key is there; `key`: it needs one. */
  kind: 'local' | 'environment' | 'key';
}

export interface ModelQuestionDeps {
  config: Config;
  world: World;
  /** Address of the page now, as `http.listen` would say it; undefined: not known. */
  listen(): string | undefined;
  /** Has the process read its configuration anew; undefined: it has to be started again by hand. */
  onRestart: (() => void) | undefined;
}

export class ModelQuestion {
  private readonly deps: ModelQuestionDeps;
  readonly readAt: Date;

  constructor(deps: ModelQuestionDeps) {
    this.deps = deps;
    this.readAt = deps.world.clock.now();
  }

  /** The model that answers now; undefined: none, plain English alone. */
  get current(): string | undefined {
    const { models } = this.deps.config;
    return models?.default ?? Object.keys(models?.providers ?? {})[0];
  }

  async offers(): Promise<ModelOffer[]> {
    const files = await this.files();
    const env = this.environment(files);
    const local = await findLocalModels(env);
    return [
      ...local.flatMap(({ title, models }) => models.map((id): ModelOffer => ({ id, title, kind: 'local' }))),
      ...VENDORS.map(
        ({ name: id, title, env: key }): ModelOffer => ({ id, title, kind: env[key] ? 'environment' : 'key' }),
      ),
    ];
  }

  /**
   * Asks the service whether it answers, and writes it down. Throws `INPUT_INVALID` for what is not offered, `HTTP_REFUSED` with
   * the service's own reason, `CONFIG_EDITED`, and `HTTP_CONFLICT` where the configuration cannot be written. Returns whether
   * coda begins anew with it by itself.
   */
  async choose({ choice, key }: { choice: string; key?: string | undefined }): Promise<{ restarts: boolean }> {
    const { world, onRestart } = this.deps;
    const files = await this.files();
    const { model, secrets } = await this.checkModel(files, choice, key);
    try {
      files.write([...modelChanges(model), ...this.addressChanges(files)], secrets, world.env);
    } catch (error) {
      if (error instanceof CodaError && error.code === 'DATA_UNWRITABLE') throw unwritable(error);
      throw error;
    }
    world.log.info({ model: model.name, config: files.config }, 'the model was chosen in the browser');
    onRestart?.();
    return { restarts: onRestart !== undefined };
  }

  private async checkModel(files: SetupFiles, choice: string, key: string | undefined) {
    const env = this.environment(files);
    const vendor = VENDORS.find(({ name }) => name === choice);
    if (!vendor) return { model: await this.localModel(files, choice, env), secrets: {} };
    const value = key ?? env[vendor.env];
    if (!value) throw wrongKey(`${vendor.title} needs a key.`);
    this.deps.world.secrets.add(value);
    const { current } = files;
    const answer = await vendorChoice(vendor, { choice, key: value, current });
    if (!answer.ok) throw wrongKey(`${vendor.title}: ${answer.says}.`, answer.remedy);
    return { model: answer.model, secrets: key === undefined ? {} : { [vendor.env]: key } };
  }

  private async localModel(
    files: SetupFiles,
    choice: string,
    env: Readonly<Record<string, string | undefined>>,
  ): Promise<ModelChoice> {
    const home = (await findLocalModels(env)).find(({ models }) => models.includes(choice));
    if (home) return localChoice(home, choice, files.current);
    throw new CodaError('INPUT_INVALID', {
      message: `${choice} does not answer on this machine.`,
      remedy: 'Start it and look again, or choose another one.',
    });
  }

  /** Without a file the page was served all the same; with one it says so, at the address at which it stands now. */
  private addressChanges({ isThere }: SetupFiles): Change[] {
    const { world, listen } = this.deps;
    const at = listen();
    return isThere || world.env.CODA_HTTP_LISTEN || at === undefined ? [] : [[['http', 'listen'], at]];
  }

  private files(): Promise<SetupFiles> {
    const { config } = this.deps;
    return openSetupFiles(config.file ?? firstConfigFile(config.dataDir));
  }

  private environment({ env }: SetupFiles): Readonly<Record<string, string | undefined>> {
    const own = Object.entries(this.deps.world.env).filter(([, value]) => value);
    return { ...readEnvFile(usualEnvFile(process.cwd())), ...readEnvFile(env), ...Object.fromEntries(own) };
  }
}

function wrongKey(message: string, remedy = 'Paste another one.'): CodaError {
  return new CodaError('HTTP_REFUSED', { message, remedy });
}

function unwritable(cause: CodaError): CodaError {
  return new CodaError('HTTP_CONFLICT', {
    message: cause.message,
    remedy: 'Let coda write there, or set the model in the configuration by hand (docs/models.md).',
    cause,
  });
}
