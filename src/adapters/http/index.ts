/** coda for programs and browsers: an HTTP server whose routes other rooms bring (`Route` in chat/). */

export { type Change, type ChangeReader, Changes } from './changes.ts';
export { callerPlace } from './chat/places.ts';
export { type ChatDeps, openHttpChat } from './chat/routes.ts';
export { answerOut, conversationName } from './chat/shapes.ts';
export type { Talk } from './chat/talk.ts';
export { chatHints } from './chats/own.ts';
export { config as httpConfig, type HttpConfig, isLoopback } from './config.ts';
export { dataRoutes } from './data.ts';
export { Jwts } from './jwt.ts';
export { openApiRoute } from './openapi.ts';
export { guardPrefix, prefixOf } from './prefix.ts';
export { ProxyCheck } from './proxy-check.ts';
export { push } from './push/index.ts';
export { type PushDeps, Pushes } from './push/pushes.ts';
export { keyOf } from './request.ts';
export type { Service } from './requests.ts';
export { HttpServer, type ServerOptions } from './server.ts';
export { openWeb } from './web/index.ts';
export { browserZone, signInPath } from './web/session.ts';
