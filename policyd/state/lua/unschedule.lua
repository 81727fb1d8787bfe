--[[ Something in a group comes due no more.

KEYS 1  the set of the group's dues     2  the cell's groups by the instant at which something first comes due
ARGV 1  name of the due                 2  the group

Reply   1 if it was there, else 0. See file.lua.
]]
local call = redis.call
local was = call('ZREM', KEYS[1], ARGV[1])
local first = call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if first[2] then
  call('ZADD', KEYS[2], 'XX', first[2], ARGV[2])
else
  call('ZREM', KEYS[2], ARGV[2])
end
return was
