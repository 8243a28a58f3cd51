import { Memo } from '../../utils/memo.js';

/** What the names of secrets are, in lower case and without separators. As a whole: `compass` and `max_tokens` are none. */
const secretNames = words(
  'pwd pass dbpass userpass adminpass rootpass smtppass mailpass emailpass ftppass sshpass mysqlpass pgpass redispass passcode ' +
    'token idtoken googleidtoken firebaseidtoken accesstokens refreshtokens privatekeyid credential sshkey pem databaseurl dsn ' +
    'auth authorization proxyauthorization authentication bearer jwt cookie cookies setcookie sessionid sessionkey sessioncookie ' +
    'creditcard creditcardnumber cardnumber cvv cvc ssn socialsecuritynumber pin otp mfacode totp ' +
    'secretkeybase privkey seedphrase mnemonic clientassertion creds httpauthorization httpcookie passwort motdepasse contrasena senha',
);

/** With anything before them: `DB_PASSWORD`, `stripeSecretKey`. Whose token it is has to be said: `nextPageToken` is none. */
const secretEndings = [
  ...words(
    'pwd password passwords passwd passphrase secret secrets credentials connectionstring ' +
      'accesskeyid redisauth passwordhash passwordconfirmation clientkeydata authheader authorizationheader',
  ),
  ...words('secret api access private account subscription signing encryption master license storage').map(
    (kind) => `${kind}key`,
  ),
  ...words('secret api access').map((kind) => `${kind}keys`),
  ...words(
    'access refresh auth oauth bearer session private security csrf xsrf api bot device secret sas jwt login reset deploy registry webhook ' +
      'job github gh gitlab slack discord telegram notion npm pypi hf vault databricks vercel netlify firebase cloudflare digitalocean ' +
      'docker dockerhub jira linear sonar codecov circleci',
  ).map((owner) => `${owner}token`),
  ...words(
    'openai anthropic claude gemini azure groq mistral cohere openrouter deepseek perplexity xai huggingface elevenlabs nvidia ' +
      'cerebras voyage pinecone weaviate qdrant langsmith langfuse tavily serper serpapi stripe sendgrid mailgun twilio algolia ' +
      'supabase github datadog deepl',
  ).map((service) => `${service}key`),
  ...words(
    'sentry glitchtip db database sql mysql mariadb postgres postgresql pg redis mongo mongodb clickhouse rabbitmq',
  ).map((service) => `${service}dsn`),
];

/** More of them that are secrets only in the query of a URL. */
const secretQueryNames: ReadonlySet<string> = new Set(
  words('key sig signature code hmac xamzsignature xamzcredential xgoogsignature xgoogcredential sas'),
);

/** OpenTelemetry's name of a conversation, which libraries write on their spans; `sessionid` is a cookie's. */
const nameOfSession = 'session.id';

const longestName = 64;
const anyLetter = -1;

/** Judges key names; each is looked at once. Of `http.request.header.cookie` and `user[password]` the last part is judged as well. */
export class SecretKeys {
  readonly #names: ReadonlySet<string>;
  readonly #judged = new Memo((key) => this.#judge(key), { maxKeys: 10_000, longestKey: longestName });
  /** By their last letters, the first letters that names of secrets have: a bit each. */
  readonly #firstLetters = new Int32Array(tails);
  /** The last two letters alone, which rule out most words. */
  readonly #ends = new Uint8Array(32 * 32);

  constructor(more: readonly string[] = []) {
    this.#names = new Set([...secretNames, ...more.map(plainForm)]);
    for (const name of [...this.#names, ...secretQueryNames]) this.#expect(name, letterAt(name, 0));
    for (const ending of secretEndings) this.#expectEnding(ending);
  }

  /** Whether the name of a secret could end there in a text, as far as two letters tell; `false` is certain. */
  mayEnd(text: string, end: number): boolean {
    if (end < 2) return false;
    const last = text.charCodeAt(end - 1);
    const before = text.charCodeAt(end - 2);
    return last < 97 || before < 97 || this.#ends[(before & 31) * 32 + (last & 31)] === 1;
  }

  /** Whether the part of a text could be the name of a secret; `false` is certain. */
  mayBe(text: string, start: number, end: number): boolean {
    const tail = tailOf(text, start, end);
    if (tail === tails) return true;
    const letters = this.#firstLetters[tail] as number; // within the bounds
    if (letters === 0 || letters === anyLetter) return letters !== 0;
    let first = start;
    while (first < end && isSeparator(text.charCodeAt(first))) first += 1;
    return (letters & letterAt(text, first)) !== 0 || (letters & letterAt(text, startOfPart(text, first, end))) !== 0;
  }

  has(key: string): boolean {
    return this.#judged.get(key);
  }

  hasInQuery(key: string): boolean {
    return this.has(key) || secretQueryNames.has(plainForm(key));
  }

  #expectEnding(ending: string): void {
    if (ending.length >= lengthOfTail) this.#expect(ending, anyLetter);
    else for (const letter of alphabet) this.#expect(letter + ending, anyLetter);
  }

  #expect(name: string, letters: number): void {
    const tail = tailOf(name, 0, name.length);
    this.#firstLetters[tail] = (this.#firstLetters[tail] as number) | letters;
    this.#ends[(name.charCodeAt(name.length - 2) & 31) * 32 + (name.charCodeAt(name.length - 1) & 31)] = 1;
  }

  #judge(key: string): boolean {
    if (key === nameOfSession) return false;
    const name = key.slice(-longestName);
    return this.#isSecret(name) || this.#isSecret(name.replace(closing, '').split(partOfName).at(-1) ?? name);
  }

  #isSecret(name: string): boolean {
    const form = plainForm(name);
    const bare = form.replace(number, '');
    return this.#names.has(form) || this.#names.has(bare) || secretEndings.some((ending) => bare.endsWith(ending));
  }
}

const dot = 46;

/** Forms name what they nest in brackets, lists by a number or by nothing: `password[]`. */
const closing = /(?:\[\d*\])*$|\](?:\[\d*\])*$/;
const partOfName = /[.[]/;

function words(list: string): string[] {
  return list.split(' ');
}

/** `password_1`, `token2`: the number tells nothing of what it is. Auth0 is a company. */
const number = /(?<!^auth)\d+$/;

function plainForm(key: string): string {
  return key.toLowerCase().replace(/[-_.\s]/g, '');
}

/** How many tails are told apart. */
const tails = 4096;
const lengthOfTail = 4;
const alphabet = 'abcdefghijklmnopqrstuvwxyz';

/** A number for the last four letters of a name, whatever their case, without separators and digits; `tails` if a dot is among them. */
function tailOf(text: string, start: number, end: number): number {
  let tail = 0;
  let missing = lengthOfTail;
  for (let at = end - 1; at >= start && missing > 0; at -= 1) {
    const code = text.charCodeAt(at);
    if (code === dot && missing < lengthOfTail) return tails;
    if (code < 65 || code === 95) continue; // a digit or a separator
    tail = (tail * 37 + (code & 31)) & (tails - 1);
    missing -= 1;
  }
  return tail;
}

/** Where the last part of a dotted name begins. */
function startOfPart(text: string, start: number, end: number): number {
  let from = end;
  while (from > start && text.charCodeAt(from - 1) !== dot) from -= 1;
  return from;
}

function letterAt(text: string, at: number): number {
  return 1 << (text.charCodeAt(at) & 31);
}

/** `-`, `.` or `_`. */
function isSeparator(code: number): boolean {
  return code === 45 || code === dot || code === 95;
}
