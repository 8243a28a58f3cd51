import type * as otel from '@opentelemetry/api';
import { trace as api, type ProxyTracerProvider } from '@opentelemetry/api';
import { loadedModules } from '../utils/loaded-modules.js';

/**
 * What stands in for a provider in other copies of OpenTelemetry's API, for the tracers that libraries have asked for already. All copies
 * find the provider that one of them registers, but only that one tells its early tracers. From 1.10 on, who imports the API and who
 * requires it have one each; an older one may lie deeper in `node_modules`. Only copies that were required can be found. To be asked
 * while no provider is registered.
 */
export function proxiesOfOtherCopies(): ProxyTracerProvider[] {
  return [...loadedModules(entryPath).values()].map(idleProxyOf).filter((proxy) => proxy !== undefined);
}

/**
 * `undefined` for the copy that is used here, for what only lies where a copy would, and where an SDK stands behind the proxy: a copy of
 * another major version has its own.
 */
function idleProxyOf(copy: unknown): ProxyTracerProvider | undefined {
  try {
    const { trace, ProxyTracerProvider: Proxy } = copy as typeof otel;
    if (trace === api) return undefined;
    const provider = trace.getTracerProvider();
    const isIdle = provider instanceof Proxy && provider.getDelegate() === new Proxy().getDelegate();
    return isIdle ? provider : undefined;
  } catch {
    return undefined;
  }
}

const entryPath = /[\\/]@opentelemetry[\\/]api[\\/](?:dist|build[\\/]src)[\\/]index\.c?js$/;
