"""Says what MLflow's own classes find in lines of traces, or in what a server has under ids, one JSON object a line."""

import json
import sys

import mlflow
from mlflow.entities import Trace


def describe_span(span):
    return {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "parentId": span.parent_id,
        "name": span.name,
        "type": span.span_type,
        "status": [span.status.status_code.value, span.status.description],
        "startTimeNs": str(span.start_time_ns),
        "endTimeNs": str(span.end_time_ns),
        "inputs": span.inputs,
        "outputs": span.outputs,
        "tokenUsage": span.get_attribute("mlflow.chat.tokenUsage"),
        "events": [[event.name, str(event.timestamp), dict(event.attributes)] for event in span.events],
        "links": [[link.trace_id, link.span_id, link.attributes or {}] for link in span.links],
        "attributes": span.attributes,
    }


def describe(trace):
    info = trace.info
    return {
        "traceId": info.trace_id,
        "state": info.state.value,
        "requestTimeMs": info.request_time,
        "executionDurationMs": info.execution_duration,
        "requestPreview": info.request_preview,
        "responsePreview": info.response_preview,
        "tags": info.tags,
        "metadata": info.trace_metadata,
        "tokenUsage": info.token_usage,
        "spans": [describe_span(span) for span in trace.data.spans],
    }


def read(line):
    return mlflow.get_trace(line.strip()) if len(sys.argv) > 1 else Trace.from_dict(json.loads(line))


if len(sys.argv) > 1:
    mlflow.set_tracking_uri(sys.argv[1])
for line in sys.stdin:
    print(json.dumps(describe(read(line))))
