/**
 * True if `text` is an address, alone or seen from `base`. `URL.canParse` of Node 20 and 22 is not asked: after some
 * thousand calls it says no to letters such as ü (https://github.com/AikidoSec/firewall-node/pull/1086).
 */
export function isUrl(text: string, base?: string): boolean {
  try {
    return new URL(text, base) !== undefined;
  } catch {
    return false;
  }
}
