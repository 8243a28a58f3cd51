import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hexToBase64, idToHex } from '../../lib/utils/base64-id.js';

const hex = (digits: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits });

describe('an id in base64', () => {
  it.each([8, 16] as const)('is that of its %i bytes, and leads back to them', (bytes) => {
    fc.assert(
      fc.property(hex(bytes * 2), (id) => {
        expect(hexToBase64(id)).toBe(Buffer.from(id, 'hex').toString('base64'));
        expect(idToHex(hexToBase64(id), bytes)).toBe(id);
      }),
    );
  });

  it('is what the engine makes of an id that is none', () => {
    const unit = fc.constantFrom(...'0123456789abcdefABXZ -"\u0100🙂');
    const odd = fc.oneof(
      fc.string({ unit, minLength: 16, maxLength: 16 }),
      fc.string({ unit, minLength: 32, maxLength: 32 }),
      fc.string(),
    );
    fc.assert(
      fc.property(odd, (id) => {
        expect(hexToBase64(id)).toBe(Buffer.from(id, 'hex').toString('base64'));
      }),
    );
  });
});
