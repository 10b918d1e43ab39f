/** Calls of one answer while they come in, as the many endpoints send them. */
import { argumentsOf } from '../wire.ts';

/** A call, or the piece of one. */
export interface CallPiece {
  /** Index of the call; often missing, or the same for all. */
  index: unknown;
  id: string;
  name: string;
  /** Arguments as JSON text, as far as this piece has them. */
  json: string;
  /** Data that the service wants back with it. */
  extra: unknown;
}

export class GrowingCalls {
  private readonly calls: CallPiece[] = [];

  /** True if nothing has come yet. */
  get empty(): boolean {
    return this.calls.length === 0;
  }

  /** In the order in which they began. */
  all(): readonly CallPiece[] {
    return this.calls;
  }

  /** A call that came at once: whatever its id, it is one of its own. */
  add(call: CallPiece): void {
    this.calls.push(call);
  }

  /** A piece. Calls may grow in any order; where nothing tells which one a piece belongs to, it is the last. */
  grow(piece: CallPiece): void {
    const growing = this.calls.findLast((call) => isSame(call, piece));
    if (!growing || isAnother(growing, piece)) {
      this.calls.push({ ...piece, index: piece.index ?? this.calls.length });
    } else if (!isRepeated(growing, piece)) {
      growing.id ||= piece.id;
      growing.name ||= piece.name;
      growing.json += piece.json;
      growing.extra ??= piece.extra;
    }
  }
}

function isSame(call: CallPiece, { index, id }: CallPiece): boolean {
  if (index === undefined || index === null) return id === '' || call.id === id;
  return String(call.index) === String(index);
}

/**
 * Some endpoints count every call as the first one, or do not count: another id, another name or arguments behind whole
 * ones are another call.
 */
function isAnother(growing: CallPiece, piece: CallPiece): boolean {
  if (piece.name === '' || growing.name === '') return false;
  if (piece.name !== growing.name) return true;
  if (piece.id !== '' && growing.id !== '' && piece.id !== growing.id) return true;
  return piece.json !== '' && isWhole(growing) && !isRepeated(growing, piece);
}

/** True if a stream says again what it has said, as some do at their end. */
function isRepeated(growing: CallPiece, { id, name, json }: CallPiece): boolean {
  return id !== '' && id === growing.id && name === growing.name && json === growing.json && isWhole(growing);
}

function isWhole({ json }: CallPiece): boolean {
  return /\}\s*$/.test(json) && typeof argumentsOf(json) === 'object';
}
