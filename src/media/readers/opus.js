/** Opus in Ogg (RFC 7845) and in WebM, as browsers record it, as samples of 16 bits, 16,000 a second, one channel. */
import { OpusDecoder } from 'opus-decoder';

const RATE = 16_000;
const PAGE_HEAD = 27;
/** Packets that are decoded at once: a second and less. */
const AT_ONCE = 50;

/** At most `most` bytes of samples. Throws for what is no such recording. */
export async function decodeOpus(bytes, most) {
  const [head, packets] = bytes.toString('latin1', 0, 4) === 'OggS' ? inOgg(bytes) : inWebm(bytes);
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

function inOgg(bytes) {
  const [head, , ...packets] = [...packetsIn(bytes)];
  return [head, packets];
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

// WebM (RFC 8794 and 9559): elements in elements, of which the outer ones may not know how long they are.

const TRACK = 0xae;
const CLUSTER = 0x1f43b675;
/** Elements that are gone into: the segment, its tracks, clusters and groups. */
const OUTER = new Set([0x18538067, 0x1654ae6b, TRACK, CLUSTER, 0xa0]);
const [NUMBER, CODEC, PRIVATE] = [0xd7, 0x86, 0x63a2];
const BLOCKS = new Set([0xa3, 0xa1]);
const LACED = 0x06;

/** The head of the first track of Opus, and its packets. */
function inWebm(bytes) {
  const tracks = [];
  const packets = [];
  let track;
  for (const { id, content } of elementsIn(bytes)) {
    if (id === TRACK) tracks.push({ number: 0, codec: '', head: undefined });
    const last = tracks.at(-1);
    if (last && id === NUMBER) last.number = content.at(-1);
    else if (last && id === CODEC) last.codec = content.toString('latin1');
    else if (last && id === PRIVATE) last.head = content;
    else if (id === CLUSTER) track ??= tracks.find(({ codec }) => codec === 'A_OPUS');
    else if (track && BLOCKS.has(id)) {
      const { value, size } = numberAt(content, 0);
      if (value !== track.number) continue;
      if (content[size + 2] & LACED) throw new Error('laced blocks');
      packets.push(content.subarray(size + 3));
    }
  }
  return [track?.head, packets];
}

function* elementsIn(bytes) {
  for (let at = 0; at < bytes.length; ) {
    const id = numberAt(bytes, at, true);
    const length = numberAt(bytes, at + id.size);
    const from = at + id.size + length.size;
    const isOuter = OUTER.has(id.value);
    yield { id: id.value, content: isOuter ? undefined : bytes.subarray(from, from + length.value) };
    at = isOuter ? from : from + length.value;
  }
}

/** A number whose first byte says by its zeros how long it is. Names keep that bit. */
function numberAt(bytes, at, isName = false) {
  const first = bytes[at] ?? 0;
  const size = Math.clz32(first) - 23;
  if (size > 8 || at + size > bytes.length) throw new Error('no element');
  let value = isName ? first : first & (0xff >> size);
  for (let next = 1; next < size; next++) value = value * 256 + bytes[at + next];
  return { value, size };
}
