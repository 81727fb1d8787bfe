--[[ A part of a group's journal, in the order of time.

KEYS 1    the journal
ARGV 1    nonce, echoed
     2    the instant, ms since the epoch, in tests; empty: TIME of this server
     3    ms for which the journal is kept
     4    the first instant      5 how many of it to leave out      6 the most

Reply     nonce, nothing, then a list of entries, each followed by its instant. See commit.lua.
]]
local call = redis.call

local now = tonumber(ARGV[2])
if not now then
  local time = call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local first = math.max(assert(tonumber(ARGV[4])), now - tonumber(ARGV[3]) + 1)
return { ARGV[1], '', call('ZRANGE', KEYS[1], first, '+inf', 'BYSCORE', 'LIMIT', ARGV[5], ARGV[6], 'WITHSCORES') }
