/** Ogg Opus (RFC 7845) as samples of 16 bits, 16,000 a second, one channel. */
import { OpusDecoder } from 'opus-decoder';

const RATE = 16_000;
const PAGE_HEAD = 27;
/** Packets that are decoded at once: a second and less. */
const AT_ONCE = 50;

/** At most `most` bytes of samples. Throws for what is no such recording. */
export async function decodeOpus(bytes, most) {
  const [head, , ...packets] = [...packetsIn(bytes)];
  if (head?.toString('latin1', 0, 8) !== 'OpusHead') throw new Error('no Opus in it');
  const channels = Math.min(2, head[9]);
  const decoder = new OpusDecoder({ sampleRate: RATE, channels, preSkip: head.readUInt16LE(10) });
  await decoder.ready;
  const pieces = [];
  let size = 0;
  for (let from = 0; from < packets.length && size < most; from += AT_ONCE) {
    const { channelData } = decoder.decodeFrames(packets.slice(from, from + AT_ONCE));
    const piece = inOneChannel(channelData);
    pieces.push(piece);
    size += piece.length;
  }
  decoder.free();
  return Buffer.concat(pieces).subarray(0, most);
}

function inOneChannel(channelData) {
  const [first] = channelData;
  const out = Buffer.alloc(first.length * 2);
  for (let at = 0; at < first.length; at++) {
    let sum = 0;
    for (const channel of channelData) sum += channel[at];
    const value = Math.round((sum / channelData.length) * 32_767);
    out.writeInt16LE(Math.max(-32_768, Math.min(32_767, value)), at * 2);
  }
  return out;
}

/** Packets of the pages (RFC 3533), each from its segments; the last one of a page may go on in the next. */
function* packetsIn(bytes) {
  let begun = [];
  for (let at = 0; at + PAGE_HEAD <= bytes.length && bytes.toString('latin1', at, at + 4) === 'OggS'; ) {
    const count = bytes[at + 26];
    let from = at + PAGE_HEAD + count;
    for (let segment = 0; segment < count; segment++) {
      const length = bytes[at + PAGE_HEAD + segment];
      begun.push(bytes.subarray(from, from + length));
      from += length;
      if (length === 255) continue;
      yield Buffer.concat(begun);
      begun = [];
    }
    at = from;
  }
}
