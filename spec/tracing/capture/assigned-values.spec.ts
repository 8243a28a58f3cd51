import { describe, expect, it } from 'vitest';
import { Capture } from '../../../lib/tracing/capture/capture.js';

const capture = new Capture();
const read = (text: string): string => capture.text(text, 'x');

describe('what is assigned in JSON that stands in a text', () => {
  it('is hidden at the beginning of each line', () => {
    const lines = 'GET /?a=1\r\nAuthorization: canary\r\nCookie: a=canary\nTOKEN=canary\n\tauth=canary\nPASS="canary"';

    const request = JSON.stringify({ content: lines });

    expect(read(request)).not.toContain('canary');
    expect(read(JSON.stringify({ request }))).not.toContain('canary');
    expect(read(request)).toContain('\\r\\nAuthorization: [redacted]\\r\\nCookie: [redacted]\\nTOKEN=[redacted]\\n');
  });

  it('is hidden behind an escaped sign of a query', () => {
    expect(read('{"url":"/cb?a=1\\u0026token=canary\\u0026sig=canary\\u0026b=2"}')).toBe(
      '{"url":"/cb?a=1\\u0026token=[redacted]\\u0026sig=[redacted]\\u0026b=2"}',
    );
  });

  it('is hidden five levels deep', () => {
    let json = JSON.stringify({ password: 'canary' });
    for (let level = 1; level < 5; level += 1) json = JSON.stringify({ json });

    expect(read(json)).not.toContain('canary');
  });

  it.each([
    ['{"passwords":["canary","canary"],"a":1}', '{"passwords":[redacted],"a":1}'],
    ['{"credentials":{"user":"a}","key":["canary"]},"a":1}', '{"credentials":[redacted],"a":1}'],
    ['{\\"apiKeys\\":[\\"can\\\\\\"ary]\\"],\\"a\\":1}', '{\\"apiKeys\\":[redacted],\\"a\\":1}'],
    ['{\n  "secrets": {\n    "a": "canary"\n  }\n}', '{\n  "secrets": [redacted]\n}'],
    ["{'secrets': ['canary'], 'a': 1}", "{'secrets': [redacted], 'a': 1}"],
    ['{"secrets": ["canary', '{"secrets": [redacted]'],
    ['{"password"\t:\t"canary"}', '{"password"\t:\t"[redacted]"}'],
    ['{"password"      :      "canary"}', '{"password"      :      "[redacted]"}'],
  ])('is hidden as a whole: %s', (text, hidden) => {
    expect(read(text)).toBe(hidden);
  });

  it.each([
    '{"properties":{"password":{"type":"string"},"token":{ "description": "x"}},"secrets":[]}',
    '{\\"password\\":{\\"type\\":\\"string\\"}}',
  ])('stays where it is a schema or empty: %s', (schema) => {
    expect(read(schema)).toBe(schema);
  });
});

it('what begins with a slash is hidden, unless it is the folder that a shell is in', () => {
  expect(read('AccountKey=/canary+/w==;EndpointSuffix=x')).toBe('AccountKey=[redacted];EndpointSuffix=x');
  expect(read('PWD=/home/ada OLDPWD=/srv https://x.example/?token=/canary')).toBe(
    'PWD=/home/ada OLDPWD=/srv https://x.example/?token=[redacted]',
  );
});

it('the key of a user of Kubernetes is hidden', () => {
  expect(read('client-certificate-data: YWJj\n    client-key-data: canary\n')).toBe(
    'client-certificate-data: YWJj\n    client-key-data: [redacted]\n',
  );
});

describe('what is assigned to two words', () => {
  it.each([
    ['My API key: canary12, thanks', 'My API key: [redacted], thanks'],
    ['Received API Key = canary12', 'Received API Key = [redacted]'],
    ['**Access token:** `canary12`', '**Access token:** `[redacted]`'],
    ['client secret:\tcanary12\nuser: ada', 'client secret:\t[redacted]\nuser: ada'],
    ['{"Api Key":"canary","n":1}', '{"Api Key":"[redacted]","n":1}'],
    ["{'Access Token': 'canary'}", "{'Access Token': '[redacted]'}"],
    ['{\\"private key\\": \\"canary\\"}', '{\\"private key\\": \\"[redacted]\\"}'],
  ])('is hidden: %s', (text, hidden) => {
    expect(read(text)).toBe(hidden);
  });

  it.each([
    'You need an API key: see the settings, section 4.',
    'API key: https://platform.example/keys2024',
    'Access token: required; refresh token: optional',
    'It is a secret: nobody knows; the main key: C4sharp12',
    'session key:\nabcdefgh12',
    '{"API key":""}',
  ])('stays where it is prose: %s', (text) => {
    expect(read(text)).toBe(text);
  });
});

describe('headers in a text', () => {
  it.each([
    ['Authorization: Token canary', 'Authorization: [redacted]'],
    ['authorization: ApiKey canary, then 401', 'authorization: [redacted], then 401'],
    [
      "curl -H 'Authorization: token canary' https://x.example",
      "curl -H 'Authorization: [redacted]' https://x.example",
    ],
    ['Authorization: Digest username="a", response="canary"\nAccept: *', 'Authorization: [redacted]\nAccept: *'],
    [
      '"Authorization: Digest username=\\"a\\", response=\\"canary\\"\\r\\nA: b"',
      '"Authorization: [redacted]\\r\\nA: b"',
    ],
    ['Authorization: AWS4-HMAC-SHA256 Credential=canary/x, Signature=canary', 'Authorization: [redacted]'],
    ['{"h":"Authorization: Token canary==","b":"c"}', '{"h":"Authorization: [redacted]","b":"c"}'],
    ['Authorization: Bearer canary and more', 'Authorization: [redacted]'],
    ['Cookie: a="canary"; b=canary; c="canary"', 'Cookie: [redacted]'],
    ['Set-Cookie: sid=canary; Path=/; HttpOnly\nA: b', 'Set-Cookie: [redacted]\nA: b'],
    ['{Cookie: a=canary; b=canary, Accept: *}', '{Cookie: [redacted], Accept: *}'],
    ['Cookie: canary and milk', 'Cookie: [redacted] and milk'],
  ])('are hidden to their end: %s', (text, hidden) => {
    expect(read(text)).toBe(hidden);
  });
});

describe('lines of YAML', () => {
  it.each([
    ['db:\n  token: c4nary-canary\n  a: b', 'db:\n  token: [redacted]\n  a: b'],
    ['token: c4narycanary', 'token: [redacted]'],
    ['- secret: c4nary/canary==\r\n', '- secret: [redacted]\r\n'],
    ['{"yaml":"a: b\\n  auth: c4narycanary\\n"}', '{"yaml":"a: b\\n  auth: [redacted]\\n"}'],
  ])('are hidden under the names of secrets: %s', (text, hidden) => {
    expect(read(text)).toBe(hidden);
  });

  it.each([
    'Token: unauthorized',
    'the secret: c4narycanary',
    'Secret: 4 words of prose',
    'pin: 12',
    'auth:\n  c4narycanary',
  ])('stay where they may be prose: %s', (text) => {
    expect(read(text)).toBe(text);
  });
});

describe('elements of XML', () => {
  it.each([
    ['<password>canary</password>', '<password>[redacted]</password>'],
    [
      '<a:Envelope><wsse:Password Type="text">canary</wsse:Password><b>x</b></a:Envelope>',
      '<a:Envelope><wsse:Password Type="text">[redacted]</wsse:Password><b>x</b></a:Envelope>',
    ],
    ['<apiKey><![CDATA[canary]]></apiKey>', '<apiKey>[redacted]</apiKey>'],
  ])('are hidden under the names of secrets: %s', (text, hidden) => {
    expect(read(text)).toBe(hidden);
    expect(JSON.parse(capture.value([text, text], 'x'))).toEqual([hidden, hidden]);
  });

  it('stay where they are labels', () => {
    expect(read('<label>Password</label> <p class="password">reset</p>')).toBe(
      '<label>Password</label> <p class="password">reset</p>',
    );
  });
});

describe('source code in a text', () => {
  it.each([
    ['password := "canary"', 'password := "[redacted]"'],
    [':password => "canary"', ':password => "[redacted]"'],
    ['if (password === "canary")', 'if (password === "[redacted]")'],
  ])('has its secrets hidden: %s', (text, hidden) => {
    expect(read(text)).toBe(hidden);
  });

  it.each([
    'if (token === undefined || token == null) return;',
    'tokens.map((token) => token.text); token => token.text',
    'function login(user: string, password: string): void {}',
    'def login(password: str, api_key: str = None) -> str:',
    'new OpenAI({ apiKey: process.env.OPENAI_API_KEY })',
    'api_key = os.environ["OPENAI_API_KEY"]',
  ])('stays as it is: %s', (text) => {
    expect(read(text)).toBe(text);
  });
});
