/** Pictures as models take them. */
export { type Look, lookAt } from './look.ts';
export { LONGEST_SIDE, NotScaled, Scaler } from './scaler.ts';
