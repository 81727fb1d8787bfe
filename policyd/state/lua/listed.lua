--[[ Some of the records of a hash.

KEYS 1    the hash
ARGV 1    nonce, echoed
     2    the instant, ms since the epoch, in tests; empty: TIME of this server
     3    where to go on, 0 to begin      4 about how many

Reply     nonce, nothing, then one list: where to go on (0: this was all), then fields, each followed by its record
          behind its stamp. See file.lua.
]]
local call, sub = redis.call, string.sub

local now = tonumber(ARGV[2])
if not now then
  local time = call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local scanned = call('HSCAN', KEYS[1], ARGV[3], 'COUNT', ARGV[4])
local page, fields = { scanned[1] }, scanned[2]
for i = 1, #fields, 2 do
  if struct.unpack('>I6', fields[i + 1], 1) > now then
    page[#page + 1], page[#page + 2] = fields[i], sub(fields[i + 1], 7)
  end
end
return { ARGV[1], '', page }
