import { oneLine, plural } from '../../base/text.ts';

const name = (text: string): string => oneLine(text, 100);
const day = (date: Date): string => date.toISOString().slice(0, 10);

export const notACatalog = (where: string, why: string) => `${where} is no catalog of skills: ${oneLine(why, 300)}.`;
export const notACatalogRemedy = () =>
  'docs/skills-platform.md shows the formats that are read. Nothing was installed.';
export const unknownFormat = () => 'it is in no format that is known';
export const notJson = () => 'it is not JSON';
export const livesTooLong = (days: number) => `it is good for more than ${plural(days, 'day')}`;
export const notAKey = (field: string) => `${field} is no public key of minisign`;
export const twiceReason = (id: string) => `it names ${id} twice`;

export const notTrusted = (where: string, why: string) => `The catalog ${where} is refused: ${why}.`;
export const unsignedReason = () => 'it has no signature';
export const signatureRemedy = () =>
  'Nothing was installed. Ask its publisher for a signed one (CATALOG.minisig beside it).';
export const unsignedRemedy = () => 'Give --key KEY where its publisher signs it, or --unsigned to take it as it is.';
export const noKey = () => 'nobody knows the key that signs it';
export const keyNeeded = () => 'Give the public key that its publisher names: --key RW…';
export const otherKey = (id: string) => `it is signed by another key than ${id}, which was pinned`;
export const keyRemedy = (where: string) =>
  `Nothing was installed. Only if its publisher says elsewhere that the key has changed: coda skills market trust --catalog ${where} --key KEY --approval approved`;
export const badSignature = {
  form: 'its signature is in no form of minisign',
  content: 'its signature is of another file',
  comment: 'the comment of its signature was changed',
} as const;
export const otherForm = () => 'it has no serial any more';
export const future = (created: Date) => `it was made in the future (${day(created)})`;
export const clockRemedy = () => 'Set the clock of this machine, or ask its publisher to mend it.';
export const expiredReason = (expires: Date) => `it was good until ${day(expires)}`;
export const rolledBack = (serial: number, newestSerial: number) =>
  `its serial ${serial} is older than ${newestSerial}, which was seen`;
export const twoOfOneSerial = (serial: number) => `it has other content than was seen under its serial ${serial}`;
export const outrun = () => 'a later one was seen meanwhile';
export const staleRemedy = () => 'Nothing was installed. Ask its publisher for the current one.';

export const badKey = () => 'That is no public key of minisign.';
export const badKeyRemedy = () => 'It is the second line of minisign.pub, 56 characters from RW on.';
export const notThere = (where: string) => `There is no catalog at ${where}.`;
export const notThereRemedy = () =>
  'Name a file, or an address such as https://example.com/catalog.json, with --catalog.';
export const noAddress = (text: string) => `${name(text)} is no address.`;
export const addressRemedy = () => 'Give an address such as https://example.com/catalog.json.';
export const plainHttp = (host: string) =>
  `${host} is asked for over plain HTTP, where anybody on the way can change it.`;
export const httpsRemedy = () => 'Use https. Plain HTTP is for networks that egress.i_understand_private lists.';
export const answersWith = (host: string, status: number) => `${host} answers with ${status}.`;
export const laterRemedy = () => 'Try again later.';
export const tooLarge = (where: string, bytes: number) => `${where} is larger than ${plural(bytes, 'byte')}.`;
export const sizeRemedy = () => 'Nothing was installed. Ask its publisher for a smaller one.';

export const severalCatalogs = (locations: readonly string[]) =>
  `It is not said which catalog: ${locations.join(', ')}.`;
export const noCatalog = () => 'It is not said which catalog, and none is known yet.';
export const nameCatalog = () => 'Name it: --catalog FILE or --catalog https://example.com/catalog.json';
export const notInCatalog = (id: string, where: string) => `There is no skill ${name(id)} in ${where}.`;
export const browseRemedy = () => '"coda skills market browse" shows what there is.';
export const meantHint = (near: string) => `Did you mean ${near}?`;
export const notKnown = (where: string) => `The catalog ${where} is not known.`;

export const noBundle = () => 'there is no bundle at this address';
export const otherBundle = (where: string) => `The bundle ${where} is not the one that its catalog promises.`;
export const otherBundleRemedy = () => 'Nothing was installed. Tell the publisher of the catalog.';
export const shownOnly = (id: string, where: string) =>
  `${name(id)} cannot be installed from ${where}: it names no hash.`;
export const shownOnlyRemedy = () => 'Check its folder out yourself, read it, then: coda skills install FOLDER';
export const isRevoked = (id: string, reason: string) => `${id} was revoked by its catalog: ${oneLine(reason, 300)}.`;
export const isRevokedRemedy = () => 'Nothing was installed. Look for another skill, or a later version.';
export const fromElsewhere = (id: string, where: string) => `${id} was installed from another catalog, ${where}.`;
export const takenNotice = (id: string) => `There is a skill or a command ${id} already, from elsewhere.`;
export const takenRemedy = (id: string) =>
  `Nothing was changed. Where the one that is here is installed, "coda skills remove ${id}" makes room.`;
export const looksLike = (id: string, like: string) => `${id} looks like ${name(like)}, which is here already.`;
export const besideRemedy = (id: string, like: string) =>
  `Nothing was installed. If you know both: coda skills market install ${id} --beside ${name(like)}`;
export const olderVersion = (id: string, version: string, before: string) =>
  `The catalog has ${id} ${name(version)}, which is older than ${name(before)}, the one that is installed.`;
export const olderRemedy = (id: string) => `To go back all the same: coda skills remove ${id}, then install it.`;
export const looksTooLong = (id: string) => `To look at the files of ${id} took too long.`;
export const tryAgain = () => 'Nothing was changed. Try it again.';
export const changedHere = (id: string) => `The files of ${id} were changed here since it was installed.`;
export const changedMeanwhile = (id: string) => `${id} is not what was shown any more.`;
export const againRemedy = () => 'Look at it again with the same command.';
export const tarball = (id: string) => `${id} is packed as .tar.gz, which is not read.`;
export const tarballRemedy = () => 'Unpack it yourself, read it, then: coda skills install FOLDER';
export const unusable = (id: string, why: string | undefined) =>
  `The bundle of ${id} holds no skill that can be used${why ? `: ${oneLine(why, 300)}` : '.'}`;
export const otherName = (id: string, skillName: string) =>
  `The bundle of ${id} holds another skill, ${name(skillName)}.`;
export const suspicious = (id: string, { file, line, why }: { file: string; line: number; why: string }) =>
  `${id} was found dangerous by the audit: ${oneLine(file, 120)}${line > 0 ? `:${line}` : ''}: ${why}`;
export const suspiciousRemedy = () =>
  'Nothing was installed. Read its files; what you trust all the same, install from its folder.';

export const revokedNotice = (id: string, catalog: string, reason: string, isOwner: boolean) =>
  `The skill **${id}** rests: its catalog “${name(catalog)}” has revoked it (${oneLine(reason, 300)}). It is neither offered nor run.` +
  (isOwner
    ? ` \`coda skills market update ${id}\` looks for a later version, \`coda skills remove ${id}\` removes it.`
    : '');
export const restoredNotice = (id: string, catalog: string) =>
  `The skill **${id}** works again: its catalog “${name(catalog)}” has withdrawn the revocation.`;

export const checkOk = (catalogs: number) => (catalogs === 0 ? 'none is known' : `${catalogs} looked at`);
export const checkFailed = (where: string, why: string) => `${where} could not be looked at: ${oneLine(why, 300)}`;
export const checkRemedy = () => '"coda skills market update" tries again and says what is wrong.';
export const checkResting = (names: readonly string[]) => `resting, revoked by their catalog: ${names.join(', ')}`;
export const restingRemedy = () =>
  '"coda skills market update" looks for later versions; "coda skills remove NAME" removes one.';
