--[[ What comes due first, of every set.

KEYS      sets of a group's dues, or the one of a cell's groups (see file.lua)
ARGV 1    nonce, echoed      2 the last instant, or +inf      3 the most of each set

Reply     nonce, nothing, then for each set a list of names, each followed by its instant, the earliest first.
]]
local found = {}
for i, key in ipairs(KEYS) do
  found[i] = redis.call('ZRANGE', key, '-inf', ARGV[2], 'BYSCORE', 'LIMIT', 0, ARGV[3], 'WITHSCORES')
end
return { ARGV[1], '', found }
