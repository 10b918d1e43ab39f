/** Styles of OpenDocument: what they hide, the colours of letters, and of the grounds below them. */
import { asideOfColors, cssColor, WHITE } from '../colors.js';

const DEEPEST = 20;

export class OdfStyles {
  styles = new Map();
  open;

  /** Styles of one name may be of several families: of a paragraph, of a cell. */
  begin(name, bare, at) {
    if (name === 'style:background-image' && this.open && (at.href || at['fill-image-name']))
      this.open.ground = 'unknown';
    if (name === 'style:style') this.beginStyle(`${at.family} ${at.name}`, at['parent-style-name'], at.family);
    else if (name === 'style:default-style') this.beginStyle(`${at.family} default`, undefined, undefined);
    else if (!this.open) return;
    else if (bare === 'text-properties') this.noteText(at);
    else if (bare === 'graphic-properties' || bare === 'drawing-page-properties') this.noteFill(at);
    else if (bare.endsWith('-properties')) this.open.ground ??= groundIn(at);
    if (bare === 'table-properties' && at.display === 'false') this.open.isHidden = true;
    if (bare === 'drawing-page-properties' && at.visibility === 'hidden') this.open.isHidden = true;
  }

  beginStyle(key, parent, family) {
    this.open = { parent: family && (parent ? `${family} ${parent}` : `${family} default`) };
    this.styles.set(key, this.open);
  }

  end(name) {
    if (name === 'style:style' || name === 'style:default-style') this.open = undefined;
  }

  noteText({ display, color, 'background-color': ground, 'use-window-font-color': isOwn }) {
    const { open } = this;
    if (display !== undefined) open.isUnseen = display === 'none';
    if (isOwn === 'true') open.color = 'auto';
    else if (color !== undefined) open.color = cssColor(color);
    open.letters = cssColor(ground ?? '');
  }

  noteFill({ fill, 'fill-color': color, 'background-color': ground }) {
    if (fill === 'none') this.open.ground = 'transparent';
    else if (fill === 'solid') this.open.ground = cssColor(color ?? '') ?? 'unknown';
    else if (fill !== undefined) this.open.ground = 'unknown';
    else this.open.ground ??= cssColor(ground ?? '');
  }

  /** The value of `property` in a style, or in one that it is based on. */
  find(family, name, property) {
    if (name === undefined) return undefined;
    let style = this.styles.get(`${family} ${name}`);
    for (let depth = 0; style && depth < DEEPEST; depth++) {
      if (style[property] !== undefined) return style[property];
      style = this.styles.get(style.parent);
    }
    return undefined;
  }
}

/** A picture as a ground is an element of its own, and unknown. */
const groundIn = ({ 'background-color': color }) => cssColor(color ?? '');

/** Elements around a text, the outermost first. */
export class Surroundings {
  frames = [];
  /** Ground below all of them; undefined where it is not known. */
  page = WHITE;

  constructor(styles) {
    this.styles = styles;
  }

  /** `known`: what the element says itself, as a style does. */
  push(name, family, style, known = {}) {
    this.frames.push({ name, family, style, known });
  }

  pop(name) {
    if (this.frames.at(-1)?.name === name) this.frames.pop();
  }

  has(family) {
    return this.frames.some((frame) => frame.family === family);
  }

  find({ family, style, known }, property) {
    return known[property] ?? this.styles.find(family, style, property);
  }

  /** Why letters here are not seen; undefined where they are. */
  unseen() {
    let color;
    let isUnseen;
    for (let at = this.frames.length - 1; at >= 0; at--) {
      color ??= this.find(this.frames[at], 'color');
      isUnseen ??= this.find(this.frames[at], 'isUnseen');
    }
    if (isUnseen) return 'hidden text';
    return Array.isArray(color) ? asideOfColors(color, this.ground()) : undefined;
  }

  ground() {
    for (let at = this.frames.length - 1; at >= 0; at--) {
      const frame = this.frames[at];
      const isLetters = frame.family === 'text' || frame.family === 'paragraph';
      for (const ground of [isLetters ? this.find(frame, 'letters') : undefined, this.find(frame, 'ground')])
        if (ground !== undefined && ground !== 'transparent') return ground;
    }
    return this.page;
  }
}
