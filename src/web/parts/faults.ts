/** Faults of fields, as coda has refused them, which their fields show beside themselves. */
import { createContext } from 'preact';
import { useContext, useId } from 'preact/hooks';
import type { FieldFault } from '../api/client.ts';

export const Faults = createContext<readonly FieldFault[]>([]);

/** `of`: the fields of the request that one input fills, with spaces between. */
export const isFaultOf = (of: string, field: string): boolean => of.split(' ').includes(field);

/** The fault of a field, its words with the id of their element, and the attributes of the input. */
export function useFault(of: string | undefined) {
  const id = useId();
  const faults = useContext(Faults);
  const detail = of === undefined ? undefined : faults.find(({ field }) => isFaultOf(of, field))?.detail;
  const attributes = of !== undefined && {
    'data-of': of,
    ...(detail !== undefined && { 'aria-invalid': true, 'aria-describedby': id }),
  };
  return { id, words: detail && detail[0]?.toUpperCase() + detail.slice(1), attributes: attributes || {} };
}
