/** The browser's application, its sessions, and the conversations that it shows. */
import type { AnyRoute, HttpAnswer } from '../../../chat/index.ts';
import type {
  FirstStart,
  HomeAssistantUsers,
  Invitations,
  Passkeys,
  Passwords,
  Sessions,
} from '../../../sign-in/index.ts';
import { type ChatsDeps, chatsRoutes } from '../chats/index.ts';
import type { Problem } from '../problem.ts';
import type { Entrance } from '../requests.ts';
import { WebFiles } from './files.ts';
import { firstStartRoute, signInWaysRoute } from './first-start.ts';
import { homeAssistantRoutes } from './home-assistant.ts';
import { invitationRoutes } from './invitations.ts';
import { passkeyRoutes } from './passkeys.ts';
import { passwordRoutes } from './passwords.ts';
import { sessionRoutes } from './session.ts';

export interface Web {
  routes: readonly AnyRoute[];
  /** The application at an address that has no page, which it says by itself. */
  problem(found: Problem, headers: Readonly<Record<string, string>>, entrance: Entrance): HttpAnswer;
}

export function openWeb(
  deps: ChatsDeps & {
    sessions: Sessions;
    firstStart: FirstStart;
    passwords: Passwords;
    passkeys: Passkeys;
    invitations: Invitations;
    homeAssistant: HomeAssistantUsers;
    /** The words before a command of coda, as they are typed here. */
    command: string;
  },
): Web {
  const files = new WebFiles();
  return {
    routes: [
      signInWaysRoute(deps.firstStart, deps.passkeys, deps.command),
      firstStartRoute(deps.firstStart),
      ...passwordRoutes(deps.passwords, deps.passkeys, deps.command),
      ...passkeyRoutes(deps.passkeys),
      ...invitationRoutes(deps.invitations),
      ...sessionRoutes(deps.sessions),
      ...homeAssistantRoutes(deps.homeAssistant),
      ...chatsRoutes(deps),
      ...files.routes(),
    ],
    problem: ({ status }, headers, entrance) => files.shell(status, entrance, headers),
  };
}
