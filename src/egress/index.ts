/** The one HTTP client for addresses that others chose. */

export { type Answer, Egress, type EgressOptions, type Limits, type Request } from './egress.ts';
export { Endpoint, proxyDispatcher, routeFetch, type ServiceFailure } from './endpoint.ts';
export { type EgressCode, type EgressFailure, failureIn } from './failure.ts';
export { type EgressProxy, openProxy, type ProxyOptions } from './proxy.ts';
export { fetchService, Service, type ServiceAnswer, type ServiceWatch } from './service.ts';
export type { Resolve, Target } from './target.ts';
export { type AllowedNetwork, isPublic } from './target.ts';
