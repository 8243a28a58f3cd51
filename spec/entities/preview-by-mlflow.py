"""Reads lines of [text, role] and says which preview MLflow makes of each; null where it makes no text."""

import json
import sys

from mlflow.tracing.utils.truncation import _get_truncated_preview


def preview(text, role):
    try:
        made = _get_truncated_preview(text, role)
    except TypeError:
        return None
    return made if isinstance(made, str) else None


for line in sys.stdin:
    print(json.dumps(preview(*json.loads(line))))
