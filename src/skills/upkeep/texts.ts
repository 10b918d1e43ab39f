import { formOf, plural } from '../../base/text.ts';

export const filesThere = (looked: number) =>
  looked === 0 ? 'none is kept' : `${plural(looked, 'file')} looked for, all there`;

export const filesGone = (missing: number, looked: number) =>
  `${missing} of ${plural(looked, 'stored file')} that were looked for ${formOf(missing, 'is', 'are')} gone from the folder artifacts`;

export const filesRemedy = () =>
  'Mount or move that folder back into the data folder, or take it out of a backup ("coda restore" into an empty folder, ' +
  'then copy its artifacts); until then these files cannot be shown again.';
