import { isRecord } from '../../utils/records.js';

/**
 * A span's links as they were sent. Servers up to 3.17 take the ids of links, which others spell in hex as OTLP's JSON has it, for
 * base64: what they give back is half as long again.
 */
export function mendLinks(links: unknown): unknown {
  return Array.isArray(links) ? links.map(mendLink) : links;
}

function mendLink(link: unknown): unknown {
  if (!isRecord(link)) return link;
  return { ...link, trace_id: mendId(link['trace_id'], 16), span_id: mendId(link['span_id'], 8) };
}

function mendId(id: unknown, bytes: 8 | 16): unknown {
  const [, prefix = '', hex = ''] = /^(tr-)?([0-9a-f]+)$/.exec(String(id)) ?? [];
  return hex.length === bytes * 3 ? prefix + Buffer.from(hex, 'hex').toString('base64') : id;
}
