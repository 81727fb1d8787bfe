--[[ Reads records.

KEYS      those of the records, one each
ARGV 1    nonce, echoed
     2    the instant, ms since the epoch, in tests; empty: TIME of this server
     3-   for each key: h and the field if it is a hash, else empty

Reply     nonce, 8 instant, then one list: each record behind its stamp, empty where there is none. See file.lua.
]]
local call, sub = redis.call, string.sub

local now = tonumber(ARGV[2])
if not now then
  local time = call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
if #ARGV ~= #KEYS + 2 then
  return redis.error_reply('POLICYD keys do not fit the arguments')
end
local values = {}
for i, key in ipairs(KEYS) do
  local field, stored = ARGV[i + 2]
  if field == '' then
    stored = call('GET', key)
  else
    stored = call('HGET', key, sub(field, 2))
  end
  values[i] = stored and struct.unpack('>I6', stored, 1) > now and sub(stored, 7) or ''
end
return { ARGV[1], struct.pack('>I8', now), values }
