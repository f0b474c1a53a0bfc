-- Asks for the paths of the file ASKS one after the other, and says as JSON how it went. Run by wrk.

local paths = {}
for path in io.lines(os.getenv("ASKS")) do
  paths[#paths + 1] = path
end

local headers = { ["Accept"] = "*/*" }
if os.getenv("TAG") then
  headers["If-None-Match"] = os.getenv("TAG")
end

local asked = 0
function request()
  asked = asked % #paths + 1
  return wrk.format("GET", paths[asked], headers)
end

function done(summary, latency)
  local faults = summary.errors
  io.write(string.format(
    '{"answers": %d, "seconds": %f, "p99_ms": %f, "bytes": %d, "faults": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(99) / 1e3, summary.bytes,
    faults.connect + faults.read + faults.write + faults.status + faults.timeout
  ))
end
