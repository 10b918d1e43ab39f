/** The browser's application, its sessions, and the conversations that it shows. */
import type { AnyRoute, HttpAnswer } from '../../../chat/index.ts';
import { type ChatsDeps, chatsRoutes } from '../chats/index.ts';
import type { Problem } from '../problem.ts';
import { WebFiles } from './files.ts';
import { type FirstOwner, firstStartRoute, signInWaysRoute } from './first-start.ts';
import { type InvitationKeeper, invitationRoutes } from './invitations.ts';
import { type PasskeyKeeper, passkeyRoutes } from './passkeys.ts';
import { type PasswordKeeper, passwordRoutes } from './passwords.ts';
import { type SessionKeeper, sessionRoutes } from './session.ts';

export interface Web {
  routes: readonly AnyRoute[];
  /** The application at an address that has no page, which it says by itself. */
  problem(found: Problem, headers: Readonly<Record<string, string>>, base: string): HttpAnswer;
}

export function openWeb(
  deps: ChatsDeps & {
    sessions: SessionKeeper;
    firstStart: FirstOwner;
    passwords: PasswordKeeper;
    passkeys: PasskeyKeeper;
    invitations: InvitationKeeper;
  },
): Web {
  const files = new WebFiles();
  return {
    routes: [
      signInWaysRoute(deps.firstStart, deps.passkeys),
      firstStartRoute(deps.firstStart),
      ...passwordRoutes(deps.passwords, deps.passkeys),
      ...passkeyRoutes(deps.passkeys),
      ...invitationRoutes(deps.invitations),
      ...sessionRoutes(deps.sessions),
      ...chatsRoutes(deps),
      ...files.routes(),
    ],
    problem: ({ status }, headers, base) => files.shell(status, base, headers),
  };
}
