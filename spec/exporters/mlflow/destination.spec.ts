import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../lib/errors.js';
import { type DestinationOptions, nameOf, readDestination } from '../../../lib/exporters/mlflow/destination.js';

const server = { MLFLOW_TRACKING_URI: 'http://server:5000', MLFLOW_TRACKING_TOKEN: 't' };
const workspace = { MLFLOW_TRACKING_URI: 'databricks', DATABRICKS_HOST: 'https://x', DATABRICKS_TOKEN: 't' };
const all = { MLFLOW_TRACING_DESTINATION: '1', MLFLOW_EXPERIMENT_ID: '2', MLFLOW_EXPERIMENT_NAME: '/three' };

describe('where traces go', () => {
  it.each<[string, DestinationOptions, Record<string, string>, object]>([
    ['the experiment that each server has', {}, server, { name: 'Default' }],
    ['an id before a name', { experimentId: '9', experiment: 'nine' }, { ...server, ...all }, { id: '9' }],
    ['an option before the environment', { experiment: 'nine' }, { ...server, ...all }, { name: 'nine' }],
    ['the place of traces before the experiment', {}, { ...server, ...all }, { id: '1' }],
    [
      'the name before the id, which must be its own',
      {},
      { ...server, ...all, MLFLOW_TRACING_DESTINATION: '' },
      { name: '/three', expectedId: '2' },
    ],
    ['the id', {}, { ...server, MLFLOW_EXPERIMENT_ID: '2', MLFLOW_EXPERIMENT_NAME: '' }, { id: '2' }],
    ['the name', {}, { ...server, MLFLOW_EXPERIMENT_NAME: '/three' }, { name: '/three' }],
    ['a path of a workspace', { experiment: '/Shared/demo' }, workspace, { name: '/Shared/demo' }],
    ['an id of a workspace', {}, { ...workspace, MLFLOW_EXPERIMENT_ID: '2' }, { id: '2' }],
  ])('is %s', (_what, options, environment, choice) => {
    expect(readDestination(options, environment).choice).toEqual(choice);
  });

  it.each<[string, DestinationOptions, Record<string, string>, RegExp]>([
    ['nowhere', {}, {}, /but is ''\. Set trackingUri/],
    ['no experiment in a workspace', {}, workspace, /is a path like .*, but none is named\. Set experiment/],
    ['a name in a workspace', { experiment: 'demo' }, workspace, /but 'demo' is none/],
    [
      'a schema of Unity Catalog',
      {},
      { ...workspace, MLFLOW_TRACING_DESTINATION: 'main.traces' },
      /'main\.traces', a schema of Unity Catalog: traces cannot be sent there yet/,
    ],
  ])('is not %s', (_what, options, environment, message) => {
    expect(() => readDestination(options, environment)).toThrow(ConfigurationError);
    expect(() => readDestination(options, environment)).toThrow(message);
  });

  it.each<[DestinationOptions, Record<string, string>, string]>([
    [{ experiment: 'agents' }, server, 'mlflow http://server:5000 agents'],
    [{ experimentId: '7' }, server, 'mlflow http://server:5000 experiment 7'],
    [
      { experiment: 'agents', runId: 'r' },
      { ...server, MLFLOW_WORKSPACE: 'w' },
      'mlflow http://server:5000 agents workspace w run r',
    ],
    [{ trackingUri: 'http://ada:pw@server', experiment: 'agents' }, {}, 'mlflow http://server agents'],
  ])('is told in words, without secrets: %o', (options, environment, words) => {
    expect(nameOf(readDestination(options, environment))).toBe(words);
  });
});
