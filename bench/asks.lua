-- Asks for the paths of the file ASKS one after the other, and says as JSON how it went. Run by wrk.
-- With ONCE it ends when each was asked for; else it begins anew.

local ffi = require("ffi")
ffi.cdef([[
  typedef struct { long s; long ns; } moment;
  int clock_gettime(int clock, moment *now);
]])

local MONOTONIC = 1
local function now_s()
  local moment = ffi.new("moment[1]")
  ffi.C.clock_gettime(MONOTONIC, moment)
  return tonumber(moment[0].s) + tonumber(moment[0].ns) / 1e9
end

local paths = {}
for path in io.lines(os.getenv("ASKS")) do
  paths[#paths + 1] = path
end

local headers = { ["Accept"] = "*/*" }
for name, value in (os.getenv("HEADERS") or ""):gmatch("([^:\n]+): ([^\n]+)") do
  headers[name] = value
end

local asking
function setup(thread)
  asking = thread
end

local once = os.getenv("ONCE")
local asked = 0
local began
took_s = 0
function request()
  if once and asked == #paths then
    took_s = now_s() - began
    wrk.thread:stop()
  end
  asked = asked % #paths + 1
  -- wrk makes a first request to see whether it can, and asks for the second.
  if not began or asked == 2 then
    began = now_s()
  end
  return wrk.format("GET", paths[asked], headers)
end

function done(summary, latency)
  local faults = summary.errors
  local took = asking:get("took_s")
  io.write(string.format(
    '{"answers": %d, "seconds": %f, "p99_ms": %f, "bytes": %d, "faults": %d}\n',
    summary.requests, took > 0 and took or summary.duration / 1e6, latency:percentile(99) / 1e3, summary.bytes,
    faults.connect + faults.read + faults.write + faults.status + faults.timeout
  ))
end
