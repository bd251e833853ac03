// The body of an answer, cut to fit where it must be. An outcome is {result, truncated} or {errorCode, error, detail}.

const TEXT_SIZE_MIN = 64;

export function failure(errorCode, error, detail) {
  return { errorCode, error, detail };
}

/** A Buffer with JSON of at most `bytesMax` bytes. What was cut is told by `truncated`; what cannot be cut is `too_large`. */
export function printAnswer(requestId, outcome, bytesMax) {
  if (outcome.errorCode) {
    return print({ request_id: requestId, ok: false, error: outcome.error, error_code: outcome.errorCode, error_detail: outcome.detail });
  }
  const answer = { request_id: requestId, ok: true, result: outcome.result };
  const body = print(outcome.truncated ? { ...answer, truncated: true } : answer);
  if (body.length <= bytesMax) return body;
  return truncate({ ...answer, truncated: true }, bytesMax)
    ?? printAnswer(requestId, failure('too_large', 'the result exceeds the limit of an answer and cannot be cut'), bytesMax);
}

const print = (value) => Buffer.from(JSON.stringify(value));

function truncate(answer, bytesMax) {
  const { result } = answer;
  if (typeof result.logs === 'string') {
    return largest(0, result.logs.length, bytesMax, (size) => ({ ...answer, result: newestLines(result, size) }));
  }
  const count = Object.keys(result).find((name) => name.endsWith('_count') && typeof result[name] === 'number');
  const list = Object.keys(result).find((name) => Array.isArray(result[name]));
  if (count && list) {
    const { continue: skipped, ...rest } = result; // it would skip what is cut
    const cut = largest(1, result[list].length, bytesMax,
      (size) => ({ ...answer, result: { ...rest, [count]: size, [list]: result[list].slice(0, size) } }));
    if (cut) return cut;
  }
  return largest(TEXT_SIZE_MIN, bytesMax, bytesMax, (size) => ({ ...answer, result: shorterTexts(result, size) }));
}

/** The printed `shrink(n)` for the greatest n that fits, null if none does. */
function largest(least, most, bytesMax, shrink) {
  let best = null;
  while (least <= most) {
    const middle = Math.floor((least + most) / 2);
    const body = print(shrink(middle));
    if (body.length <= bytesMax) {
      best = body;
      least = middle + 1;
    } else {
      most = middle - 1;
    }
  }
  return best;
}

/** Well-formed: a cut may fall inside of a surrogate pair. */
const wellFormed = (text) => text.toWellFormed();

function newestLines(result, size) {
  let logs = size === 0 ? '' : result.logs.slice(-size);
  const end = logs.indexOf('\n');
  if (size < result.logs.length && end >= 0 && end + 1 < logs.length) logs = logs.slice(end + 1); // begins with a whole line
  return { ...result, logs: wellFormed(logs), line_count: countLines(logs) };
}

function shorterTexts(value, size) {
  if (typeof value === 'string') return wellFormed(value.slice(0, size));
  if (Array.isArray(value)) return value.map((one) => shorterTexts(one, size));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shorterTexts(one, size)]));
}

export function countLines(logs) {
  const ends = logs.split('\n').length - 1;
  return ends + (logs !== '' && !logs.endsWith('\n') ? 1 : 0);
}
