import { ownField } from '../../usage/own-fields.js';

/** Bare base64 from this length on is taken for media. */
const shortestMedia = 1024;
/** Base64 of real media is mixed, be it after a silence; a word that repeats, a number or a hash is not. */
const mixed = /^(?=[^]*[g-z+/_-])(?=[^]*[A-Z])/;
const base64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
/** A longer text is judged by its beginning and its end: to go through all of it takes longer than anything else that is done with it. */
const longestJudged = 2 ** 20;
const base64Run = /[A-Za-z0-9+/_-]*={0,2}/y;
const urlHead = /data:([\w.+-]{1,80}\/[\w.+-]{1,80})?[^,\s"']{0,80}$/;
const longestHead = 256;

/** A mark with type and size in the place of base64 media, the whole text or a part of it; the text itself if there is none. */
export function replaceMedia(text: string, type: string | undefined): string {
  if (text.length >= shortestMedia || type !== undefined) {
    if (isBase64(text, type)) return mark(type ?? 'base64', text.length);
  }
  // One letter is searched for several times as fast as eight.
  const at = text.includes(';') ? text.indexOf(';base64,') : -1;
  return at === -1 ? text : replaceDataUrls(text, at);
}

function isBase64(text: string, type: string | undefined): boolean {
  if (!base64.test(text.slice(0, 512))) return false;
  const judged = text.length > longestJudged ? text.slice(0, longestJudged / 2) + text.slice(-longestJudged / 2) : text;
  return base64.test(judged) && (type !== undefined || mixed.test(judged));
}

function replaceDataUrls(text: string, first: number): string {
  let clean = '';
  let done = 0;
  for (let at = first; at !== -1; at = text.indexOf(';base64,', at + 1)) {
    const head = urlHead.exec(text.slice(Math.max(done, at - longestHead), at));
    if (head === null) continue;
    const start = at + ';base64,'.length;
    base64Run.lastIndex = start;
    const end = start + (base64Run.exec(text)?.[0].length ?? 0);
    clean += text.slice(done, at - head[0].length) + mark(head[1] ?? 'base64', end - start);
    done = end;
  }
  return done === 0 ? text : clean + text.slice(done);
}

function mark(type: string, base64Length: number): string {
  const bytes = Math.floor((base64Length * 3) / 4);
  if (bytes < 1024) return `[${type}, ${bytes} B]`;
  const isLarge = bytes >= 1024 * 1024;
  return `[${type}, ${(bytes / (isLarge ? 1024 * 1024 : 1024)).toFixed(1)} ${isLarge ? 'MB' : 'KB'}]`;
}

/** The media type that stands beside a `data` field, as Anthropic (`media_type`), Gemini (`mimeType`) and OpenAI (`format`) put it. */
export function mediaTypeBeside(record: object): string | undefined {
  for (const key of ['media_type', 'mimeType', 'mime_type', 'mediaType']) {
    const type: unknown = ownField(record, key);
    if (typeof type === 'string') return type;
  }
  const format: unknown = ownField(record, 'format');
  return typeof format === 'string' ? `audio/${format}` : undefined;
}
