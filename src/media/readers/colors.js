/** Colours of letters and of the ground that they stand on: letters that nobody can tell from it are not seen. */

const NAMES = {
  black: '000000',
  silver: 'c0c0c0',
  gray: '808080',
  grey: '808080',
  white: 'ffffff',
  maroon: '800000',
  red: 'ff0000',
  purple: '800080',
  fuchsia: 'ff00ff',
  green: '008000',
  lime: '00ff00',
  olive: '808000',
  yellow: 'ffff00',
  navy: '000080',
  blue: '0000ff',
  teal: '008080',
  aqua: '00ffff',
  cyan: '00ffff',
  magenta: 'ff00ff',
  orange: 'ffa500',
  snow: 'fffafa',
  ivory: 'fffff0',
  ghostwhite: 'f8f8ff',
  whitesmoke: 'f5f5f5',
  floralwhite: 'fffaf0',
  mintcream: 'f5fffa',
  azure: 'f0ffff',
  aliceblue: 'f0f8ff',
  gainsboro: 'dcdcdc',
  lightgray: 'd3d3d3',
  lightgrey: 'd3d3d3',
  darkblue: '00008b',
  darkgreen: '006400',
  darkred: '8b0000',
  midnightblue: '191970',
  darkslategray: '2f4f4f',
  steelblue: '4682b4',
  tomato: 'ff6347',
  crimson: 'dc143c',
  indigo: '4b0082',
};

export const WHITE = [255, 255, 255];
/** Contrast (WCAG 2) below which letters are taken for unseen: #f0f0f0 on white has 1.14, #eeeeee 1.16. */
const LEAST_CONTRAST = 1.15;

/** Red, green and blue of six digits; undefined for anything else. */
export function hexColor(text = '') {
  const [, digits] = /^#?(?:[0-9a-f]{2})??([0-9a-f]{6})$/i.exec(text.trim()) ?? [];
  return digits && [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16));
}

/**
 * A colour of a style sheet: its parts; `transparent`; undefined where it says nothing, or in a way that is not read.
 *
 * @param {string} text
 */
export function cssColor(text) {
  const clean = text.trim().toLowerCase();
  if (clean === 'transparent') return clean;
  if (Object.hasOwn(NAMES, clean)) return hexColor(NAMES[clean]);
  const [, short] = /^#([0-9a-f]{3,4})$/.exec(clean) ?? [];
  if (short) return hexed([...short].map((digit) => digit + digit).join(''));
  const [, long] = /^#([0-9a-f]{6}(?:[0-9a-f]{2})?)$/.exec(clean) ?? [];
  if (long) return hexed(long);
  const [, space, inner = ''] = /^(rgb|hsl)a?\(([^()]{1,80})\)$/.exec(clean) ?? [];
  if (space === undefined) return undefined;
  const parts = inner.split(/[\s,/]+/).filter(Boolean);
  if (parts.length < 3) return undefined;
  if (parts.length > 3 && share(parts[3]) < 0.1) return 'transparent';
  const color = space === 'rgb' ? parts.slice(0, 3).map(channel) : ofHsl(parts);
  return color.every(Number.isFinite) ? color : undefined;
}

const hexed = (digits) =>
  digits.length > 6 && Number.parseInt(digits.slice(6), 16) < 26 ? 'transparent' : hexColor(digits.slice(0, 6));

const share = (part) => (part.endsWith('%') ? Number.parseFloat(part) / 100 : Number.parseFloat(part));
const channel = (part) => (part.endsWith('%') ? share(part) * 255 : Number.parseFloat(part));

function ofHsl([hue, saturation, lightness]) {
  const [h, s, l] = [Number.parseFloat(hue), share(saturation), share(lightness)];
  const reach = s * Math.min(l, 1 - l);
  return [0, 8, 4].map((offset) => {
    const k = (((offset + h / 30) % 12) + 12) % 12;
    return 255 * (l - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  });
}

function luminance(color) {
  const [red, green, blue] = color.map((part) => {
    const value = Math.min(255, Math.max(0, part)) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** True for letters that cannot be told from their ground. Two strong colours of one brightness are told by their hue. */
function isUnseen(color, ground) {
  const [one, other] = [luminance(color), luminance(ground)].sort((a, b) => b - a);
  const apart = Math.max(...color.map((part, at) => Math.abs(part - ground[at])));
  return (one + 0.05) / (other + 0.05) < LEAST_CONTRAST && apart < 40;
}

const isWhite = (color) => color.every((part) => part >= 240);

/**
 * Why letters of this colour are not seen on this ground; undefined where they are, or where one of both is not known.
 *
 * @param {readonly number[] | undefined} color
 * @param {readonly number[] | undefined} ground
 */
export function asideOfColors(color, ground) {
  if (!Array.isArray(color) || !Array.isArray(ground) || !isUnseen(color, ground)) return undefined;
  return isWhite(color) ? 'white text' : 'hidden text';
}
