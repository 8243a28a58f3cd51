/*
 * The exporter of every subject that stands on OpenTelemetry's SDK: takes what the batch processor gives, and answers at once.
 *
 * @param {import('../measure.js').Sink} sink
 * @param {(spans: readonly object[]) => Uint8Array} [toBytes]
 */
export function sinkExporter(sink, toBytes) {
  return {
    export(spans, done) {
      sink.take(spans, toBytes);
      done({ code: 0 });
    },
    async forceFlush() {},
    async shutdown() {},
  };
}
