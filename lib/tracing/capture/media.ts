const dataUrl = /data:([\w.+-]+\/[\w.+-]+)?[^,\s"']{0,200};base64,([A-Za-z0-9+/_=-]*)/g;
const base64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** Bare base64 from this length on is taken for media. */
const shortestMedia = 1024;

/** A mark with type and size in the place of base64 media; `undefined` if the text is none. */
export function mediaMark(text: string, type: string | undefined): string | undefined {
  if (text.startsWith('data:') && text.includes(';base64,')) return text.replace(dataUrl, markOfUrl);
  const isLong = text.length >= shortestMedia;
  if (
    (type === undefined && !isLong) ||
    !base64.test(text.length > 256 ? text.slice(0, 256) : text) ||
    !base64.test(text)
  )
    return undefined;
  return mark(type ?? 'base64', text.length);
}

/** The text with the data URLs inside it replaced by marks. */
export function replaceMedia(text: string): string {
  return text.includes(';base64,') ? text.replace(dataUrl, markOfUrl) : text;
}

function markOfUrl(_url: string, type: string | undefined, data: string): string {
  return mark(type ?? 'base64', data.length);
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
    const type: unknown = Object.getOwnPropertyDescriptor(record, key)?.value;
    if (typeof type === 'string') return type;
  }
  const format: unknown = Object.getOwnPropertyDescriptor(record, 'format')?.value;
  return typeof format === 'string' ? `audio/${format}` : undefined;
}
