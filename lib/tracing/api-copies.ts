import { trace as api, type ProxyTracerProvider } from '@opentelemetry/api';
import { loadedModules } from '../utils/loaded-modules.js';
import { readProperty } from '../utils/read-property.js';

/**
 * What stands in for a provider in each other copy of OpenTelemetry's API, for the tracers that libraries have asked for already. All
 * copies find the provider that one of them registers, but only that one tells its early tracers. From 1.10 on, who imports the API and
 * who requires it have one each; an older one may lie deeper in `node_modules`. To be asked while no provider is registered.
 */
export function proxiesOfOtherCopies(): ProxyTracerProvider[] {
  return [...loadedModules(entryPath).values()].map(proxyOf).filter((proxy) => proxy !== undefined);
}

/** `undefined` for the copy that is used here, and for what only lies where a copy would. */
function proxyOf(copy: unknown): ProxyTracerProvider | undefined {
  try {
    const { trace } = copy as { trace: typeof api };
    if (trace === api) return undefined;
    const provider = trace.getTracerProvider();
    return isProxy(provider) ? provider : undefined;
  } catch {
    return undefined;
  }
}

function isProxy(provider: object): provider is ProxyTracerProvider {
  return typeof readProperty(provider, 'setDelegate') === 'function';
}

const entryPath = /[\\/]@opentelemetry[\\/]api[\\/](?:dist|build[\\/]src)[\\/]index\.c?js$/;
