/** Containers of recordings by the signs at their beginning: latin1, and where they stand. */

/** @type {readonly (readonly [starts: string, at: number, extension: string, type: string, says: string])[]} */
export const SOUNDS = [
  ['OggS', 0, 'ogg', 'audio/ogg', 'an Ogg recording'],
  ['ID3', 0, 'mp3', 'audio/mpeg', 'an MP3 recording'],
  // Frames of layers 3 and 2 (MPEG 1, 2 and 2.5) with a checksum or without, and those of bare AAC.
  ...['\xff\xfb', '\xff\xfa', '\xff\xf3', '\xff\xf2', '\xff\xe3', '\xff\xe2'].map((starts) =>
    of(starts, 'mp3', 'audio/mpeg', 'an MP3 recording'),
  ),
  ...['\xff\xfd', '\xff\xfc', '\xff\xf5', '\xff\xf4'].map((starts) =>
    of(starts, 'mp2', 'audio/mpeg', 'an MP2 recording'),
  ),
  ['\xff\xf1', 0, 'aac', 'audio/aac', 'an AAC recording'],
  ['\xff\xf9', 0, 'aac', 'audio/aac', 'an AAC recording'],
  ['fLaC', 0, 'flac', 'audio/flac', 'a FLAC recording'],
  ['#!AMR', 0, 'amr', 'audio/amr', 'an AMR recording'],
  ['WAVE', 8, 'wav', 'audio/wav', 'a WAV recording'],
  ['caff\0\x01\0\0', 0, 'caf', 'audio/x-caf', 'a CAF recording'],
  ['AIFF', 8, 'aiff', 'audio/aiff', 'an AIFF recording'],
  ['AIFC', 8, 'aiff', 'audio/aiff', 'an AIFF recording'],
  ['0&\xb2u\x8ef\xcf\x11', 0, 'wma', 'audio/x-ms-wma', 'a Windows Media recording'],
  ['.snd\0\0', 0, 'au', 'audio/basic', 'an AU recording'],
  ['riff.\x91\xcf\x11', 0, 'w64', 'audio/x-w64', 'a Wave64 recording'],
];

/** @returns {readonly [string, number, string, string, string]} */
function of(starts, extension, type, says) {
  return [starts, 0, extension, type, says];
}
