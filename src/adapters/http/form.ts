import { CodaError } from '../../base/errors.ts';

/** Parts of a form: more than any route takes. */
const MOST_PARTS = 50;

export function isForm(type: string | undefined): type is string {
  return /^multipart\/form-data\s*;/i.test(type ?? '');
}

/** A form as the JSON that would say the same: its fields, and its files in base64. Throws `HTTP_MALFORMED`. */
export async function formOf(raw: Buffer, type: string): Promise<Record<string, unknown>> {
  const form = await read(raw, type);
  const fields: Record<string, unknown> = {};
  const files: { name: string; content_type: string; data: string }[] = [];
  let parts = 0;
  for (const [name, value] of form) {
    if (++parts > MOST_PARTS) throw malformed(`The form has more than ${MOST_PARTS} parts.`);
    if (typeof value !== 'string') {
      const data = Buffer.from(await value.arrayBuffer()).toString('base64');
      files.push({ name: value.name || 'file', content_type: value.type || 'application/octet-stream', data });
    } else if (Object.hasOwn(fields, name) || name === '__proto__' || name === 'files') {
      throw malformed('A field of the form is there twice, or has no place here.');
    } else fields[name] = value;
  }
  return { ...fields, ...(files.length > 0 && { files }) };
}

async function read(raw: Buffer, type: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(raw), { headers: { 'Content-Type': type } }).formData();
  } catch (error) {
    throw malformed('The form cannot be read.', error);
  }
}

function malformed(message: string, cause?: unknown): CodaError {
  return new CodaError('HTTP_MALFORMED', { message, remedy: 'Send it as RFC 7578 has it.', cause });
}
