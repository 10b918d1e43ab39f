/** The password of the first owner, as stores of apps give it: in the environment, by value or by the path of a file. */
import { closeSync, openSync, readSync } from 'node:fs';
import { append, rowOf } from '../audit/index.ts';
import { CodaError, systemCode } from '../base/errors.ts';
import { plural } from '../base/text.ts';
import type { World } from '../base/world.ts';
import { hasResident, lockClaims, PASSWORD_LENGTH, setPassword, spendFirstCodes } from '../people/index.ts';
import { personNamed, type WhoDeps } from './credentials.ts';
import { Digests } from './digests.ts';

const OWNER_LOGIN = 'owner';

const VALUE = 'CODA_OWNER_PASSWORD';
const FILE = 'CODA_OWNER_PASSWORD_FILE';
const MOST_BYTES = 4_096;

/**
 * Makes the owner at this machine, who signs in with the password of the environment, unless somebody is there already. False:
 * no password is given. Throws `CONFIG_INVALID` for one that cannot be used.
 */
export async function makeOwnerWithPassword(deps: WhoDeps): Promise<boolean> {
  const { database, world } = deps;
  const password = readOwnerPassword(world);
  if (password === undefined) return false;
  const digest = await new Digests().make(password);
  const isMade = await database.tx('first_start.password', async (tx) => {
    lockClaims(tx);
    if (await hasResident(tx)) return false;
    const now = world.clock.now();
    await spendFirstCodes(tx);
    const personId = await personNamed(tx, deps, undefined);
    if (!(await setPassword(tx, { personId, login: OWNER_LOGIN, digest, now }))) throw loginTaken();
    const entry = { at: now, subject: undefined, personId, origin: 'start' } as const;
    append(tx, [rowOf({ ...entry, action: 'person.first_owner' }), rowOf({ ...entry, action: 'person.password' })]);
    return true;
  });
  if (isMade) world.log.info(`nobody owned this coda: its owner signs in as "${OWNER_LOGIN}" with the password given`);
  return true;
}

/** The password, which no line of the log shows from here on; undefined: none is given. Throws `CONFIG_INVALID`, without it. */
function readOwnerPassword({ env, secrets }: Pick<World, 'env' | 'secrets'>): string | undefined {
  const { [VALUE]: value, [FILE]: file } = env;
  if (value && file) throw invalid(`${VALUE} and ${FILE} are both set.`, 'Set one of them.');
  const password = file ? readPassword(file) : value;
  if (!password && !file) return undefined;
  const { least, most } = PASSWORD_LENGTH;
  const length = password?.length ?? 0;
  if (!password || length < least || length > most) {
    throw invalid(
      `The password of ${file ? FILE : VALUE} is too ${length < least ? 'short' : 'long'}.`,
      `Give one of ${least} to ${plural(most, 'character')}, or none: the log then shows a code for the first owner.`,
    );
  }
  secrets.add(password);
  return password;
}

/** The file's text without the end of its last line. */
function readPassword(file: string): string {
  const bytes = Buffer.alloc(MOST_BYTES);
  let length: number;
  try {
    const handle = openSync(file, 'r');
    try {
      length = readSync(handle, bytes);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw invalid(
      `The file of ${FILE} (${file}) cannot be read: ${systemCode(error) ?? 'unknown'}.`,
      'Correct its path or its rights.',
    );
  }
  return bytes.toString('utf8', 0, length).replace(/\r?\n$/, '');
}

function invalid(message: string, remedy: string): CodaError {
  return new CodaError('CONFIG_INVALID', { message, remedy });
}

/** A guest has it who was a member once. */
function loginTaken(): CodaError {
  return invalid(
    `Somebody else signs in as "${OWNER_LOGIN}".`,
    `Take ${VALUE} out of the environment: the log then shows a code for the first owner.`,
  );
}
