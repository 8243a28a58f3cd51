import { describe, expect, it } from 'vitest';
import { Capture } from '../../../lib/tracing/capture/capture.js';

const capture = new Capture();

/** Made up, in the shapes of well-known services. */
const hex = '0123456789abcdef0123456789abcdef0123456789abcdef';
const mixed = 'Zq7Xw3Vb9Nm2Kp5Lr8Ts1Yd4Zq7Xw3Vb9Nm2Kp5Lr8Ts1Yd4';
const lower = mixed.toLowerCase();

describe('keys of well-known services', () => {
  it.each([
    `hvs.${mixed.slice(0, 24)}`,
    `hvb.${mixed}_-${mixed}`,
    `pypi-AgEIcHlwaS5vcmc${mixed}`,
    `pypi-AgENdGVzdC5weXBpLm9yZw${mixed}`,
    `sbp_${hex.slice(0, 40)}`,
    `sb_secret_${mixed.slice(0, 22)}_${mixed.slice(0, 8)}`,
    `pcsk_${mixed.slice(0, 5)}_${mixed}`,
    `ntn_${mixed.slice(0, 46)}`,
    `csk-${lower}`,
    `fc-${hex.slice(0, 32)}`,
    `e2b_${hex.slice(0, 40)}`,
    `jina_${hex.slice(0, 32)}${mixed.slice(0, 28)}`,
    `pa-${mixed.slice(0, 43)}`,
    `ATATT3xFfGF0${mixed}${mixed}`,
    `GOCSPX-${mixed.slice(0, 28)}`,
    `AGE-SECRET-KEY-1${mixed.toUpperCase()}0123456789`,
    `SK${hex.slice(0, 32)}`,
    `key-${hex.slice(0, 32)}`,
    `secret_${mixed.slice(0, 43)}`,
    `sntrys_eyJpYXQiOjE2ODcz+In0=_${mixed.slice(0, 43)}`,
    `sntryu_${hex}`,
    `shpss_${hex.slice(0, 32)}`,
    `glsa_${mixed.slice(0, 32)}_${hex.slice(0, 8)}`,
    `tgp_v1_${mixed.slice(0, 43)}`,
    `pscale_tkn_${mixed.slice(0, 43)}`,
    `rzp_live_${mixed.slice(0, 14)}`,
    `sq0csp-${mixed.slice(0, 43)}`,
    `PMAK-${hex.slice(0, 24)}-${hex.slice(0, 34)}`,
    `ops_eyJ${mixed}`,
    `dp.pt.${mixed.slice(0, 43)}`,
    `dp.st.prd_eu.${mixed.slice(0, 43)}`,
    `pat${mixed.slice(0, 14)}.${hex}${hex.slice(0, 16)}`,
    `EAAAE${mixed}${mixed.slice(0, 11)}`,
    `MTIzNDU2Nzg5MDEyMzQ1Njc4.G${mixed.slice(0, 5)}.${mixed.slice(0, 38)}`,
    `eyJhbGciOiJSU0EtT0FFUCJ9.${mixed}.${mixed.slice(0, 16)}.${mixed}.${mixed.slice(0, 22)}`,
    `eyJhbGciOiJkaXIifQ..${mixed.slice(0, 16)}.${mixed}.${mixed.slice(0, 22)}`,
    `xkeysib-${hex}${hex.slice(0, 16)}-${mixed.slice(0, 16)}`,
    `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${mixed}\n-----END PGP PRIVATE KEY BLOCK-----`,
  ])('%s are hidden', (secret) => {
    expect(capture.text(`key ${secret}, "${secret}" end`, 'x')).toBe('key [redacted], "[redacted]" end');
  });

  it.each([
    [
      `https://hooks.slack.com/services/T0ABC/B0ABC/${mixed.slice(0, 24)}`,
      'https://hooks.slack.com/services/T0ABC/B0ABC/[redacted]',
    ],
    [
      `https://discord.com/api/webhooks/123456789/${mixed}${mixed}`,
      'https://discord.com/api/webhooks/123456789/[redacted]',
    ],
    [
      `https://api.telegram.org/bot123456789:AA${mixed.slice(0, 33)}/getMe`,
      'https://api.telegram.org/bot123456789:[redacted]/getMe',
    ],
    [`123456789:AA${mixed.slice(0, 33)}.run failed`, '123456789:[redacted] failed'],
    [`it is 1234567890:AA${mixed.slice(0, 33)}.`, 'it is 1234567890:[redacted]'],
  ])('that only what stands before them tells are hidden: %s', (text, expected) => {
    expect(capture.text(text, 'x')).toBe(expected);
  });

  it.each([
    '3d550add-6858-438c-93b1-cc763aeb38e8',
    `sha256:${hex}0123456789abcdef`,
    `${hex.slice(0, 40)} and ${hex.slice(0, 32)}`,
    `1700000000:${hex.slice(0, 32)} 1700000000:${hex.slice(0, 40)}`,
    'compat_some_function_name, dispat-chable-things-of-old',
    'pa-announcement-of-the-yearly-general-assembly-in-berlin-2024',
    'PA-Announcement_of_the_general_assembly.docx',
    'fc-barcelona-against-real-madrid-2024-05-05.mp4, fc-bayern-muenchen',
    'jina_embeddings_v2_base_en_finetuned_2024_06_01, jina-embeddings-v3',
    'voyage-3-large, text-embedding-3-small, claude-3-5-sonnet-20241022',
    'hvs.config.default.settings.production.json',
    'e2b_sandbox_template_definition, ntn_workspace_identifier, csk-some-kebab-case-thing-of-some-length',
    'sbp_2024_quarterly_report_final_version_2.xlsx, sb_secretary_of_state',
    'AGE-GROUP-STATISTICS-FOR-GERMANY, AGE-SECRET-KEY-1',
    'NotificationSettingsManager.create.withSomeVeryLongMethodName1',
    'org.springframework.boot.autoconfigure.SpringBootApplication',
    `task${hex.slice(0, 32)} SK${hex} DISK${hex.slice(0, 32)} monkey-${hex.slice(0, 32)} key-${hex}`,
    'secret_santa_wish_list_of_the_year_2024_final_version_2',
    'dp.pt.example.com, dp.st.production.configuration.of.the.service, sntrys_of_the_west',
    'pathological.some-module, patterns14characters.0123456789abcdef, patAbCdEfGhIjKlMn.md',
    'EAAAE, EAAA-announcement-of-the-yearly-assembly',
    'see pypi-packages-of-the-year and GOCSPX-',
    'https://hooks.slack.com/services and https://example.com/services/T0/B0/the-quarterly-report-2024',
    '-----BEGIN PGP PUBLIC KEY BLOCK-----\nabc\n-----END PGP PUBLIC KEY BLOCK-----',
  ])('%s are none', (text) => {
    expect(capture.text(text, 'x')).toBe(text);
  });

  it.each([
    'pa-',
    'eyJhbGci.',
    'MTIz',
    'hvs.',
    'AGE-SECRET-KEY-1',
    'eyJhbGci..a',
    'sntrys_',
    'sntrys_aaaaaaaaaaaa=',
    'dp.st.aa.',
    'SKa',
    'key-0',
    'secret_',
    'EAAA',
    'patabcdefghijklmn.0',
    'hooks.slack.com/a/aaaaaaaaaaaaaaaa/',
  ])('cost no more than the length of the text: %s again and again', (part) => {
    const large = new Capture({ limits: { maxStringLength: 10_000_000, maxSpanLength: 10_000_000 } });
    const since = process.cpuUsage();

    large.text(part.repeat(Math.ceil(500_000 / part.length)), 'x');

    // Quadratic it would take minutes; this is a guard against a hang, not a measurement.
    expect(process.cpuUsage(since).user / 1e6).toBeLessThan(5);
  });
});

describe('addresses in JSON that stands in a text', () => {
  it.each([
    ['{"url":"https:\\/\\/a:b@c.d\\/e"}', '{"url":"https:\\/\\/a:[redacted]@c.d\\/e"}'],
    ['"{\\"url\\":\\"https:\\\\/\\\\/a:b@c.d\\"}"', '"{\\"url\\":\\"https:\\\\/\\\\/a:[redacted]@c.d\\"}"'],
    ['["http:\\/\\/x:5173\\/@vite","ssh:\\/\\/git@x\\/y"]', '["http:\\/\\/x:5173\\/@vite","ssh:\\/\\/git@x\\/y"]'],
  ])('hide passwords where slashes are escaped: %s', (text, expected) => {
    expect(capture.text(text, 'x')).toBe(expected);
  });

  it.each([`@${':\\/\\'.repeat(60_000)}`, `@:${'\\'.repeat(300_000)}`])(
    'cost no more than the length of the text',
    (text) => {
      const large = new Capture({ limits: { maxStringLength: 10_000_000, maxSpanLength: 10_000_000 } });
      const since = process.cpuUsage();

      large.value(text, 'x');

      // Quadratic it would take minutes; this is a guard against a hang, not a measurement.
      expect(process.cpuUsage(since).user / 1e6).toBeLessThan(10);
    },
  );
});
