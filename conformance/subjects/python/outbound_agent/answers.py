"""The body of an answer, cut to fit where it must be."""
import dataclasses
import json

from .reads import count_lines

TEXT_SIZE_MIN = 64


@dataclasses.dataclass(frozen=True)
class Outcome:
    result: dict | None = None
    truncated: bool = False
    error_code: str | None = None  # of the closed list; None: it went well
    error: str = ""
    detail: dict | None = None


def print_answer(request_id, outcome, bytes_max):
    """JSON of at most `bytes_max` bytes. What was cut is told by `truncated`; what cannot be cut is `too_large`."""
    if outcome.error_code:
        answer = {"request_id": request_id, "ok": False, "error": outcome.error, "error_code": outcome.error_code}
        if outcome.detail:
            answer["error_detail"] = outcome.detail
        return _print(answer)
    answer = {"request_id": request_id, "ok": True, "result": outcome.result}
    if outcome.truncated:
        answer["truncated"] = True
    body = _print(answer)
    if len(body) <= bytes_max:
        return body
    cut = _truncate({**answer, "truncated": True}, bytes_max)
    if cut is not None:
        return cut
    refusal = Outcome(error_code="too_large", error="the result exceeds the limit of an answer and cannot be cut")
    return print_answer(request_id, refusal, bytes_max)


def _print(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _truncate(answer, bytes_max):
    result = answer["result"]
    if isinstance(result.get("logs"), str):
        return _largest(len(result["logs"]), bytes_max, lambda size: {**answer, "result": _newest_lines(result, size)}, least=0)
    count_name = next((name for name in result if name.endswith("_count") and isinstance(result[name], int)), None)
    list_name = max((name for name in result if isinstance(result[name], list)), key=lambda name: len(result[name]), default=None)
    if count_name and list_name:
        # The `continue` of a whole answer would skip what is cut.
        rest = {name: value for name, value in result.items() if name != "continue"}

        def first(size):
            return {**answer, "result": {**rest, count_name: size, list_name: result[list_name][:size]}}

        cut = _largest(len(result[list_name]), bytes_max, first, least=1)
        if cut is not None:
            return cut
    return _largest(bytes_max, bytes_max, lambda size: {**answer, "result": _shorter_texts(result, size)}, least=TEXT_SIZE_MIN)


def _largest(most, bytes_max, shrink, least):
    """The printed `shrink(n)` for the greatest n from `least` to `most` that fits, None if none does."""
    best = None
    while least <= most:
        middle = (least + most) // 2
        body = _print(shrink(middle))
        if len(body) <= bytes_max:
            best, least = body, middle + 1
        else:
            most = middle - 1
    return best


def _newest_lines(result, size):
    logs = result["logs"][len(result["logs"]) - size:]
    _, newline, rest = logs.partition("\n")
    if newline and rest and size < len(result["logs"]):
        logs = rest  # begins with a whole line
    return {**result, "logs": logs, "line_count": count_lines(logs)}


def _shorter_texts(value, size):
    if isinstance(value, str):
        return value[:size]
    if isinstance(value, list):
        return [_shorter_texts(one, size) for one in value]
    if isinstance(value, dict):
        return {name: _shorter_texts(one, size) for name, one in value.items()}
    return value
