import { listOf } from '../base/text.ts';

const plain = (name: string) => name.replace(/[\\*_`~|<>@#[\]]/g, '');

export const notLetIn = (name: string, id: string, code: string) =>
  `Hello ${plain(name)}. I only talk to people whom my owner has let in. Give them this code, which works for a day: \`${code}\`. They let you in with \`/pair ${code}\`; or they list you under \`access\` in my configuration, as \`${id}\`.`;

export const wantsIn = (name: string, platform: string, id: string) =>
  `**${plain(name)}** (\`${id}\`) wrote to me on ${platform} and is nobody whom you have let in. As a member they could have me remind them, keep notes and answer, all of it apart from yours.`;

export const pairUsage = () => 'Say `/pair` and the code that the other one got: `/pair K7QM3-XPD9R`.';

export const noRole = (role: string, roles: readonly string[]) =>
  `There is no role \`${role}\` to give. There is ${listOf(['member', ...roles].map((each) => `\`${each}\``))}; owners are named in the configuration, or with \`coda pair\`.`;

export const ownersLetIn = () => 'Only my owner lets people in.';

export const personLetsIn = () => 'Only a person lets somebody in, no program in their name.';

export const personLetsInRemedy = () =>
  'Say it where you write to me yourself, or use `coda pair` with the configuration that I run with.';

export const letIn = (name: string, role: string) =>
  `${plain(name)} is let in as ${role}. \`coda people revoke\` takes it back.`;

export const noSuchCode = () =>
  'I know no such code, or it is older than a day. After five wrong ones every open code is worthless.';

export const youAreIn = (name: string) => `You have been let in, ${plain(name)}. \`/help\` shows what I can do.`;
