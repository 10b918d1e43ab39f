/** The callers of HTTP, and how they came in: first start, links, passwords, passkeys, invitations, tokens. */

export { ownerItem } from './credentials.ts';
export { FirstStart } from './first-start.ts';
export { HomeAssistantUsers, type RemoteUser } from './home-assistant.ts';
export { Invitations } from './invitations.ts';
export { Passkeys } from './passkeys.ts';
export { Passwords } from './passwords.ts';
export { type OpenedSession, Sessions } from './sessions.ts';
export { approves, Callers, notHeard, Tokens, tokenHints } from './tokens.ts';
