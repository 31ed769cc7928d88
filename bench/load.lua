-- What stands behind "--" on wrk's command line is the file with the body of a POST, if there is one.
function init(arguments)
  if arguments[1] then
    local file = assert(io.open(arguments[1]))
    wrk.method, wrk.body = "POST", file:read("*a")
    file:close()
  end
end

-- The last line of wrk's output: the figures as JSON, times in microseconds.
function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.stderr:write(string.format(
    "connect %d, read %d, write %d, status %d, timeout %d",
    errors.connect, errors.read, errors.write, errors.status, errors.timeout
  ))
  io.write(string.format(
    '{"requests": %d, "failed": %d, "bytes": %d, "duration": %d, "p50": %d, "p99": %d}\n',
    summary.requests, failed, summary.bytes, summary.duration,
    latency:percentile(50), latency:percentile(99)
  ))
end
