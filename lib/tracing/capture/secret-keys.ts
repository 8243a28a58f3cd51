/** Key names whose values are secrets, in lower case and without separators. An exact list: `max_tokens` is no secret. */
const secretKeys: ReadonlySet<string> = new Set(
  (
    'password passwd pwd passphrase passcode secret secrets clientsecret appsecret sharedsecret secretkey secretaccesskey awssecretaccesskey ' +
    'apikey apikeys xapikey apisecret apitoken openaiapikey anthropicapikey googleapikey geminiapikey azureapikey accesskey accesskeyid awsaccesskeyid ' +
    'token accesstoken refreshtoken idtoken authtoken sessiontoken securitytoken bearertoken bottoken csrftoken xsrftoken devicetoken oauthtoken personalaccesstoken databrickstoken githubtoken hftoken ' +
    'awssessiontoken xamzsecuritytoken auth authorization proxyauthorization authentication xauthtoken bearer jwt cookie cookies setcookie sessionid sessionkey sessioncookie ' +
    'credential credentials privatekey privatekeyid signingkey encryptionkey masterkey sshkey pem connectionstring databaseurl dsn ' +
    'creditcard creditcardnumber cardnumber cvv cvc ssn socialsecuritynumber pin otp mfacode totp'
  ).split(' '),
);

/** More of them that are secrets only in the query of a URL. */
const secretQueryKeys: ReadonlySet<string> = new Set(
  'key sig signature code hmac xamzsignature xamzcredential xgoogsignature xgoogcredential sas'.split(' '),
);

const maxJudged = 10_000;
const longestName = 64;

/** Judges key names; each is looked at once. Of `http.request.header.cookie` the last part is judged as well. */
export class SecretKeys {
  readonly #keys: ReadonlySet<string>;
  readonly #judged = new Map<string, boolean>();
  /** Which first and last letters the names have: rules out most words at a look. */
  readonly #ends = new Uint8Array(32 * 32);

  constructor(more: readonly string[] = []) {
    this.#keys = more.length === 0 ? secretKeys : new Set([...secretKeys, ...more.map(plainForm)]);
    for (const key of [...this.#keys, ...secretQueryKeys]) this.#ends[endsOf(key, 0, key.length)] = 1;
  }

  /** Whether the part of a text could be the name of a secret; `false` is certain. */
  mayBe(text: string, start: number, end: number): boolean {
    if (end - start < 3) return false;
    const last = endOfName(text, start, end);
    const from = startOfPart(text, start, last);
    return this.#ends[endsOf(text, from, last)] === 1 || (from > start && this.#ends[endsOf(text, start, last)] === 1);
  }

  has(key: string): boolean {
    const known = this.#judged.get(key);
    if (known !== undefined) return known;
    const isSecret = this.#isSecret(key) || this.#isSecret(key.slice(key.lastIndexOf('.') + 1));
    if (key.length <= longestName && this.#judged.size < maxJudged) this.#judged.set(key, isSecret);
    return isSecret;
  }

  #isSecret(name: string): boolean {
    if (name.length > longestName) return false;
    const form = plainForm(name);
    return this.#keys.has(form) || this.#keys.has(form.replace(number, ''));
  }

  hasInQuery(key: string): boolean {
    return this.has(key) || secretQueryKeys.has(plainForm(key));
  }
}

/** `password_1`, `token2`: the number tells nothing of what it is. Auth0 is a company. */
const number = /(?<!^auth)\d+$/;

/** Where the name ends that may have a number behind it. */
function endOfName(text: string, start: number, end: number): number {
  let last = end;
  while (last > start + 1 && isNumbering(text.charCodeAt(last - 1))) last -= 1;
  return last;
}

/** Where the last part of a dotted name begins. */
function startOfPart(text: string, start: number, end: number): number {
  let from = end;
  while (from > start && text.charCodeAt(from - 1) !== 46) from -= 1;
  return from;
}

/** A digit, or `_` or `-` before it. */
function isNumbering(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 95 || code === 45;
}

/** First and last letter, whatever their case. */
function endsOf(text: string, start: number, end: number): number {
  return (text.charCodeAt(start) & 31) * 32 + (text.charCodeAt(end - 1) & 31);
}

function plainForm(key: string): string {
  return key.toLowerCase().replace(/[-_.\s]/g, '');
}
