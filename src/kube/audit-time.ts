/**
 * Reads the MicroTime of audit events (`2026-11-23T10:00:00.123456Z`, apimachinery pkg/apis/meta/v1/micro_time.go).
 * Logs hold millions of them, nearly all of the same minute, so the minute's start is remembered.
 */
export function createTimeReader(): (text: unknown) => number {
  let minute = '';
  let start = 0;
  return (text) => {
    if (typeof text !== 'string') return Number.NaN;
    const { length } = text;
    if (length < 20 || text.charCodeAt(length - 1) !== 0x5a || text.charCodeAt(16) !== 0x3a) return Date.parse(text);
    const head = text.slice(0, 16);
    if (head !== minute) {
      const parsed = Date.parse(`${head}:00Z`);
      if (Number.isNaN(parsed)) return parsed;
      minute = head;
      start = parsed;
    }
    const seconds = digit(text, 17) * 10 + digit(text, 18);
    if (length === 20) return start + seconds * 1000;
    const millis =
      digit(text, 20) * 100 + (length > 22 ? digit(text, 21) * 10 : 0) + (length > 23 ? digit(text, 22) : 0);
    return start + seconds * 1000 + millis;
  };
}

/** NaN for anything but a digit, so that a malformed time becomes no time. */
function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 0x30;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}
