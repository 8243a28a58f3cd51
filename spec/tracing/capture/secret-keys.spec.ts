import { describe, expect, it } from 'vitest';
import { Capture } from '../../../lib/tracing/capture/capture.js';

const capture = new Capture();
const read = (value: unknown): unknown => JSON.parse(capture.value(value, 'x'));

describe('values under the names of secrets', () => {
  it.each([
    'password',
    'Password',
    'PASSWORD',
    'passwd',
    'pwd',
    'secret',
    'client_secret',
    'clientSecret',
    'apiKey',
    'api_key',
    'api-key',
    'x-api-key',
    'X-API-Key',
    'OPENAI_API_KEY',
    'authorization',
    'Authorization',
    'proxy-authorization',
    'token',
    'access_token',
    'accessToken',
    'refresh_token',
    'id_token',
    'session_token',
    'private_key',
    'privateKey',
    'cookie',
    'Set-Cookie',
    'credentials',
    'passphrase',
    'password_confirmation',
    'Private-Token',
    'connectionString',
    'aws_secret_access_key',
    'bearerToken',
    'jwt',
    'password_1',
    'token2',
    'api_key_2',
    'apiKey10',
    'http.request.header.authorization',
    'user[password]',
    'password[]',
    'users[0][api_key][1]',
    'http.request.header.x_api_key',
    'spring.datasource.password',
    'x-goog-api-key',
    'SECRET_KEY_BASE',
    'HTTP_AUTHORIZATION',
    'VERCEL_TOKEN',
    'passwordHash',
    'licenseKey',
    'dbPassword',
    'DB_PASSWORD',
    'PGPASSWORD',
    'newPassword',
    'confirm_password',
    'passwords',
    'stripeSecretKey',
    'STRIPE_SECRET',
    'webhookSecret',
    'slackToken',
    'SLACK_BOT_TOKEN',
    'sasToken',
    'githubToken',
    'accountKey',
    'Ocp-Apim-Subscription-Key',
    'AWS_ACCESS_KEY_ID',
    'google_credentials',
    'pass',
    'smtp_pass',
    'MYSQL_PWD',
    'userPwd',
    'db1_pwd',
    'STRIPE_KEY',
    'OPENAI_KEY',
    'stripe_key',
    'myOpenaiKey',
    'CI_JOB_TOKEN',
    'REDIS_AUTH',
    'SENTRY_DSN',
    'authorizationHeader',
    'authHeader',
  ])('%s are hidden', (key) => {
    expect(read({ [key]: 'hunter2', other: 1 })).toEqual({ [key]: '[redacted]', other: 1 });
    expect(read(new Map([[key, { nested: 'hunter2' }]]))).toEqual({ [key]: '[redacted]' });
  });

  it.each([
    'max_tokens',
    'session.id',
    'prompt_tokens',
    'total_tokens',
    'completion_tokens',
    'token_count',
    'tokens',
    'maxTokens',
    'cacheKey',
    'keyword',
    'key',
    'author',
    'secretary',
    'passenger',
    'tokenizer',
    'auth0',
    'tokens_1',
    'tokens[0]',
    'password[hint]',
    'base64',
    'gen_ai.usage.input_tokens',
    'secret.name',
    'tokenUsage',
    'nextPageToken',
    'passed',
    'compass',
    'bypass',
    'firstPass',
    'secretName',
    'passwordHint',
    'publicKey',
    'foreign_key',
    'apiKeyName',
    'primary_key',
    'sort_key',
    'partition_key',
    'stripe_key_name',
    'monkey',
    'oauthor',
  ])('%s are not', (key) => {
    expect(read({ [key]: 'value' })).toEqual({ [key]: 'value' });
  });

  it('flags and empty values tell nothing', () => {
    expect(read({ password: true, token: null, secret: '', apiKey: undefined })).toEqual({
      password: true,
      token: null,
      secret: '',
    });
  });

  it('the tokens of log probabilities are none', () => {
    const choice = { logprobs: { content: [{ token: 'Hello', logprob: -0.1, bytes: [72] }] } };

    expect(read(choice)).toEqual(choice);
  });

  it('are found in headers, and under names of one’s own', () => {
    expect(read(new Headers({ Authorization: 'Bearer abcdef', accept: 'a' }))).toEqual({
      authorization: '[redacted]',
      accept: 'a',
    });
    expect(JSON.parse(new Capture({ redactKeys: ['tax-id'] }).value({ taxId: 5, TAX_ID: 6 }, 'x'))).toEqual({
      taxId: '[redacted]',
      TAX_ID: '[redacted]',
    });
  });
});
