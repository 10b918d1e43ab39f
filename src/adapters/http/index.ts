/** coda for programs: an HTTP server whose routes other rooms bring (`Route` in chat/). */

export { type ChatDeps, openHttpChat } from './chat/routes.ts';
export { config as httpConfig, type HttpConfig } from './config.ts';
export { HttpServer, type ServerOptions } from './server.ts';
